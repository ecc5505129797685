"""Words for people: kinship and roles with the gender they tell, and common given names.

A name that is not listed has an unknown gender; so has one that both women and men bear.
"""

from __future__ import annotations

import re
from enum import Enum

from mem.extraction.vocabulary.words import word_set


class Gender(Enum):
    """What a pronoun can stand for."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


_FEMALE_ROLES = word_set(
    "mother mum mom mama sister daughter wife girlfriend aunt auntie niece grandmother grandma "
    "granny nana stepmother stepsister stepdaughter landlady fiancée bride woman lady girl "
    "granddaughter godmother goddaughter waitress actress"
)
_MALE_ROLES = word_set(
    "father dad papa brother son husband boyfriend uncle nephew grandfather grandpa granddad "
    "stepfather stepbrother stepson landlord groom man guy boy grandson godfather godson waiter"
)
_ROLES = word_set(
    "partner cousin friend boss manager colleague coworker teacher coach mentor doctor therapist "
    "dentist neighbour neighbor client tenant baby child kid student roommate flatmate housemate "
    "fiance fiancé customer supervisor professor lawyer accountant trainer nurse assistant twin "
    "parent grandparent grandchild toddler teenager in-law ex"
)
_ANIMALS = word_set(
    "dog cat puppy kitten horse pony rabbit parrot hamster pet pup hen goat tortoise budgie"
)
_PLURAL = word_set("children kids people men women folks family couple twins wives")
_STRANGERS = word_set("woman lady girl man guy boy bride groom waitress actress waiter horse")
#: What stands before a surname.
TITLED = re.compile(r"(?:Dr|Mr|Mrs|Ms|Prof|Professor|Sir|Dame|Rev)\b\.?")
#: Kin who are called by what they are.
TITLES = word_set(
    "Mum Mom Mama Dad Papa Grandma Grandpa Granny Gran Nana Granddad Auntie Grandmother Grandfather"
)
_FEMALE_NAMES = word_set(
    "Abigail Ada Adele Agnes Aisha Alice Alicia Alina Alison Amanda Amber Amelia Amy Ana Andrea "
    "Angela Anita Ann Anna Anne Annette Anya Aria Astrid Audrey Aurora Ava Barbara Beatrice Bella "
    "Beth Betty Bianca Birgit Bridget Britta Camila Camille Carla Carmen Carol Caroline Cathy "
    "Cecilia Charlotte Chloe Christina Christine Claire Clara Claudia Cora Cynthia Daisy Dana "
    "Daniela Deborah Denise Diana Diane Dora Doris Dorothy Edith Eileen Elaine Eleanor Elena Elin "
    "Elisa Elise Elizabeth Ella Ellen Elsa Emilia Emily Emma Erica Erika Esther Eva Eve Evelyn "
    "Fatima Faye Fiona Flora Florence Frances Freya Frida Gabriela Gemma Georgia Gina Gisela "
    "Gloria Grace Greta Gwen Hanna Hannah Harriet Hazel Heather Heidi Helen Helena Hilda Hope Ida "
    "Ilse Ines Ingrid Irene Iris Irma Isabel Isabella Ivy Jacqueline Jana Jane Janet Janine "
    "Jasmine Jean Jenna Jennifer Jenny Jessica Jill Joan Joanna Josephine Joy Joyce Judith Judy "
    "Julia Juliet June Karen Karin Kate Katherine Kathleen Katie Kayla Kim Klara Kristin Lara "
    "Laura Lauren Lea Leila Lena Leonie Leslie Leticia Lily Linda Lisa Liz Lola Lorena Louise "
    "Lucia Lucy Luisa Lydia Mabel Madeleine Maggie Maja Mara Margaret Maria Mariam Marie Marina "
    "Marlene Marta Martha Mary Matilda Maya Megan Melanie Melissa Mia Michelle Mila Mina Miriam "
    "Molly Monica Nadia Nancy Naomi Natalie Natasha Nicole Nina Nora Olga Olive Olivia Paloma "
    "Pamela Patricia Paula Pauline Penelope Petra Phoebe Polly Priya Rachel Rebecca Renata Rita "
    "Rosa Rose Rosie Ruby Ruth Sabine Sabrina Sally Samantha Sandra Sara Sarah Selma Serena "
    "Sharon Sheila Silvia Simone Sofia Sonia Sophia Sophie Stella Stephanie Sue Susan Susanna "
    "Sylvia Tamara Tanja Tanya Tara Teresa Tess Theresa Tina Ulla Uma Ursula Valentina Valerie "
    "Vanessa Vera Veronica Victoria Viola Violet Wanda Wendy Yasmin Yvonne Zara Zoe"
)
_MALE_NAMES = word_set(
    "Aaron Abdul Adam Adrian Ahmed Alan Albert Alejandro Alfred Ali Allan Anders Andre Andreas "
    "Andrew Andy Anthony Anton Antonio Archie Arthur Barry Bastian Ben Benedict Benjamin Bernard "
    "Bill Bjorn Bob Boris Brad Brandon Brian Bruce Bruno Bryan Carl Carlos Cedric Charles "
    "Christian Christopher Clive Colin Conor Craig Cyril Damian Daniel Dave David Dennis Derek "
    "Dieter Dirk Dominic Donald Doug Douglas Duncan Dylan Eddie Edgar Edmund Edward Edwin Elias "
    "Elliot Emil Eric Erik Ernest Ethan Eugene Felix Fernando Finn Florian Francesco Frank Franz "
    "Fred Frederick Fritz Gareth Gary Gavin Geoff Geoffrey George Gerald Gerard Giovanni Glen "
    "Gordon Graham Greg Gregor Gregory Gunter Gustav Hans Harald Harold Harry Harvey Hassan "
    "Hector Heinz Henrik Henry Herbert Horst Howard Hugo Ian Ibrahim Igor Isaac Ivan Jack Jacob "
    "Jakob James Jan Jason Javier Jeff Jeffrey Jeremy Jerome Jim Jimmy Joachim Joe Joel Johan "
    "Johannes John Jon Jonas Jonathan Jorge Jose Josef Joseph Joshua Juan Julian Jurgen Justin "
    "Karl Keith Ken Kenneth Kevin Klaus Konrad Kurt Lars Laurence Leo Leon Leonard Liam Lorenz "
    "Louis Luca Lucas Luis Lukas Luke Magnus Marc Marcel Marco Marcus Mario Mark Markus Martin "
    "Marvin Matteo Matthew Matthias Max Miguel Mike Mohammed Moritz Nathan Neil Nicholas Nick "
    "Nigel Niklas Nils Noah Norbert Norman Olaf Oliver Omar Oscar Oskar Otto Owen Pablo Patrick "
    "Paul Pavel Pedro Per Peter Phil Philip Pierre Piet Rafael Ralf Ralph Ravi Ray Raymond "
    "Reinhard Rene Richard Rob Robert Rodrigo Roger Roland Rolf Roman Ron Ronald Rory Roy Rudolf "
    "Rupert Russell Ryan Samuel Scott Sean Sebastian Simon Stefan Stephen Steve Steven Stuart "
    "Sven Ted Theo Thomas Tim Timothy Tobias Toby Tom Tomas Tony Trevor Tristan Victor Viktor "
    "Vincent Walter Wayne Werner Wilhelm William Wolfgang Xavier Yusuf Zach"
)
_SHARED_NAMES = word_set(
    "Alex Ash Charlie Chris Dana Francis Jamie Jess Jo Jordan Kim Lee Morgan Pat Robin Sam Sasha "
    "Taylor Toni Jean Leslie Jan Andrea Nikola"
)
#: One of these words says that a person or pet is meant.
ROLE = "|".join(
    sorted((re.escape(w) for w in _FEMALE_ROLES | _MALE_ROLES | _ROLES | _ANIMALS), key=len)[::-1]
)
PLURAL_ROLE = "|".join(
    sorted(
        {re.escape(w) for w in _PLURAL}
        | {re.escape(w) + "s" for w in _FEMALE_ROLES | _MALE_ROLES | _ROLES | _ANIMALS},
        key=len,
    )[::-1]
)


def gender_of_role(word: str) -> Gender:
    """What a word of kinship or a role tells."""
    low = word.lower()
    if low in _FEMALE_ROLES:
        return Gender.FEMALE
    return Gender.MALE if low in _MALE_ROLES else Gender.UNKNOWN


def gender_of_name(name: str) -> Gender:
    """What a full or given name tells, or a title ("Grandpa")."""
    first = name.partition(" ")[0]
    if first in TITLES:
        return gender_of_role({"gran": "granny"}.get(first.lower(), first))
    if first in _SHARED_NAMES:
        return Gender.UNKNOWN
    if first in _FEMALE_NAMES:
        return Gender.FEMALE
    return Gender.MALE if first in _MALE_NAMES else Gender.UNKNOWN


def is_given_name(word: str) -> bool:
    """Whether the word is a listed given name, or what a relative is called by."""
    return word in TITLES or word in _FEMALE_NAMES or word in _MALE_NAMES or word in _SHARED_NAMES


def is_kin_or_pet(word: str) -> bool:
    """Whether the word is for a relative or an animal that people keep, in lower case."""
    return word in (_FEMALE_ROLES | _MALE_ROLES) - _STRANGERS or word in _ANIMALS | {"partner"}


def is_role(word: str) -> bool:
    """Whether the word, in lower case, says what a person or an animal is to somebody."""
    return is_kin_or_pet(word) or word in _ROLES


def is_pet(word: str) -> bool:
    """Whether the word is for an animal that people keep."""
    return word.lower() in _ANIMALS
