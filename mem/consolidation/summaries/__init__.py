"""Summaries of episodes, days, weeks, months and the person, each naming what it covers."""
