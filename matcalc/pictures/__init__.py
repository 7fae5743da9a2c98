"""Pictures, as SVG text: shapes to scale, chains in both layouts, graphs of computations."""

from matcalc.pictures.chains import chain_svg, shapes_svg
from matcalc.pictures.drawing import Picture
from matcalc.pictures.graphs import graph_svg
from matcalc.pictures.shapes import FACTORS, product_svg

__all__ = ["FACTORS", "Picture", "chain_svg", "graph_svg", "product_svg", "shapes_svg"]
