"""The product's version: the first heading of the changelog, kept equal by a test."""

VERSION = "0.1.0"
