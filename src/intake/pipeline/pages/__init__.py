"""The pages of files, read in children that may end over them."""
