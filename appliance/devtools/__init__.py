"""What developers run and users never do: pages of the documentation made from the code they describe."""
