"""From hits to an answer with citations, or an abstention.

Every answerer stands behind `mem.answer.protocol.Answerer`: it gets a question and what the search
found, and gives an `Answer` in which each sentence is supported by quotes that stand verbatim in
the hits. `extractive` needs no language model. A generative answerer is one more module beside it
with the same protocol; it may say things in its own words, never without a citation.
"""
