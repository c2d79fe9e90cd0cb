"""Documents as code: Pydantic models, TypeScript types."""
