"""From a sentence to statements: clauses, verbs, objects and times, told in the third person."""
