"""Forms: JSON Schemas, what checks answers against them, what turns a schema into fields."""
