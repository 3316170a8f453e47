"""Customers, their numbers and their vehicles; works without any telephone."""
