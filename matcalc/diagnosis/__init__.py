"""What somebody wrote: which layout it is in, what fits, what would be right."""
