"""The child process of language models and rerankers: the one place where llama.cpp is loaded."""
