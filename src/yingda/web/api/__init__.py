"""The routes, one module per room. Each route names its permission and its operation id."""
