"""Sample notes and conversations for `mem demo`: a fictional person's autumn, ready to import.

Invariant: data only. All of it is invented, every note and message lies between 2025-09-01 and
2025-11-30, and each question in `questions.json` names the evidence that answers it.
"""
