"""The schema, step by step. What was released is never edited.

A next step is proposed by

    tortoise -c points_api.db.config.TORTOISE_ORM makemigrations -n what_it_does

and then completed by hand: constraints of a new table go out of the options of CreateModel into
`points_api.db.schema.AddConstraint`, checks before anything else of that table; AlterModelOptions,
which only repeats docstrings, goes. The tests of the schema tell what was forgotten.
"""
