"""The middle of the product: vocabulary, rules of the office, the scheduler and the `aminbox` command."""
