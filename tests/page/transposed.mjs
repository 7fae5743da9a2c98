// An exercise that the tests share: W2 stands where its transpose belongs.

export const transposed = {
  level: 3,
  layout: "denominator",
  forward: "z1 = W1 @ x; a1 = relu(z1); z2 = W2 @ a1",
  of: "",
  wrt: "",
  variables: "x[4] W1[3,4] W2[2,3]",
  line: "dW1 = (W2 @ dz2 * step(z1)) @ x.T",
  place: [7, 9],
  cause: "transpose",
  families: ["does not fit"],
  repair: "dW1 = (W2.T @ dz2 * step(z1)) @ x.T",
  why: ["W2 is 2×3 here; what belongs here is W2.T, 3×2."],
};
