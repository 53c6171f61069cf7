"""The product's tests; `docs/testing.md` says which kinds there are and how to run one."""
