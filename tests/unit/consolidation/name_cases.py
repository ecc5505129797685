"""Names as they come up one after the other, and whom they mean.

A line is `names, in order -> who`: names of one are joined by ` = `, different ones stand apart by
` / `, and what follows ` - ` names nobody. The rules were made with the first half in view.
"""

from __future__ import annotations

SEEN = """
Ann Lee's brother Tom; Tom -> Ann Lee's brother Tom = Tom / Ann Lee
Ann; Ann Lee -> Ann = Ann Lee
Ann Lee; Ann -> Ann = Ann Lee
Ann Lee; Ann Moss; Ann -> Ann / Ann Lee / Ann Moss
Ann; Ann Lee; Ann Moss -> Ann Lee / Ann Moss
José; Jose -> José = Jose
Zoë Keller; Zoe Keller -> Zoë Keller = Zoe Keller
Mr Lee; Mrs Lee -> Mr Lee / Mrs Lee
Dr. Patel; Dr Patel -> Dr. Patel = Dr Patel
Dr Patel; Mr Patel -> Dr Patel / Mr Patel
Uncle Tom; Tom -> Uncle Tom / Tom
Aunt Mary; aunt Mary -> Aunt Mary = aunt Mary
Tom’s; Tom -> Tom’s = Tom
TOM BAKER; Tom Baker -> TOM BAKER = Tom Baker
Daniel Smith; Daniela Smith -> Daniel Smith / Daniela Smith
Jon Smith; John Smith -> Jon Smith / John Smith
Ann Johnson; Ann Johnston -> Ann Johnson / Ann Johnston
Ann Lee; Anna Lee -> Ann Lee / Anna Lee
Ann B. Lee; Ann Lee -> Ann B. Lee = Ann Lee
Ann's mother; Ann -> Ann's mother / Ann
Caroline's art; Caroline -> Caroline - Caroline's art
A lot; Tom -> Tom - A lot
Creating art; Creating; Tom -> Tom - Creating art = Creating
Tom and Ann; Tom; Ann -> Tom / Ann
my brother Tom; Tom -> my brother Tom = Tom
best friend Maya Chen; Maya -> best friend Maya Chen = Maya Chen = Maya
Robert; Bob -> Robert / Bob
The support group; Tom -> Tom - The support group
Bank of America; Bank -> Bank of America / Bank
Vincent van Gogh; Vincent -> Vincent van Gogh = Vincent
"""
HELD_OUT = """
Priya Raman's sister Leela; Leela; Priya -> Priya Raman's sister Leela = Leela / Priya Raman = Priya
Marco Rossi; Marco -> Marco Rossi = Marco
Marco; Marco Rossi; Marco Bianchi -> Marco Rossi / Marco Bianchi
Łukasz; Lukasz -> Łukasz = Lukasz
Renée Dubois; Renee -> Renée Dubois = Renee
Søren; Soren -> Søren = Soren
Ms Okafor; Mr Okafor -> Ms Okafor / Mr Okafor
Prof. Weiss; Professor Weiss -> Prof. Weiss = Professor Weiss
Grandma Rose; Rose -> Grandma Rose / Rose
Coach Dan; Dan -> Coach Dan / Dan
JULIA; Julia -> JULIA = Julia
Julia's; Julia -> Julia's = Julia
James'; James -> James' = James
Paul Meyer; Paula Meyer -> Paul Meyer / Paula Meyer
Eric Berg; Erik Berg -> Eric Berg / Erik Berg
Sara Klein; Sarah Klein -> Sara Klein / Sarah Klein
Peter Hansen; Peter Hanson -> Peter Hansen / Peter Hanson
Maria K. Lopez; Maria Lopez -> Maria K. Lopez = Maria Lopez
Samira's husband Karim; Karim; Samira -> Samira's husband Karim = Karim / Samira
Samira's husband; Samira -> Samira's husband / Samira
Melanie's dream; Melanie -> Melanie - Melanie's dream
Having Kevin around; Kevin -> Kevin - Having Kevin around
Losing weight; Kevin -> Kevin - Losing weight
Nina and Oleg; Oleg -> Nina / Oleg
my cousin Aline; Aline -> my cousin Aline = Aline
William; Bill -> William / Bill
Ludwig van Beethoven; Ludwig -> Ludwig van Beethoven = Ludwig
University of Leeds; University -> University of Leeds / University
GitHub; GitHub Actions -> GitHub / GitHub Actions
Dr. Maya Chen; Maya Chen; Maya -> Dr. Maya Chen = Maya Chen = Maya
"""
