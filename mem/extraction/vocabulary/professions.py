"""What people do for a living, by the last word of the job: closed, so that "a reader" is none."""

from __future__ import annotations

from mem.extraction.vocabulary.words import word_set

_PROFESSIONS = word_set(
    "accountant actor actress administrator analyst apprentice architect archivist artist "
    "assistant astronomer attorney auditor author baker barber barista barrister bartender "
    "biologist bookkeeper bricklayer builder butcher buyer caretaker carer carpenter cashier "
    "chef chemist cleaner clerk coach conductor consultant cook copywriter counsellor courier "
    "dancer dentist designer developer dietitian director doctor driver economist editor "
    "electrician engineer farmer filmmaker firefighter fisherman florist freelancer gardener "
    "geologist guard guide hairdresser historian housekeeper illustrator inspector instructor "
    "intern interpreter investigator janitor jeweller joiner journalist judge lawyer lecturer "
    "librarian locksmith machinist manager mason mathematician mechanic midwife miner musician "
    "nanny nurse nutritionist officer operator optician owner painter paramedic pharmacist "
    "photographer physicist physiotherapist physio pilot planner plumber policeman policewoman "
    "porter postman potter principal producer professor programmer psychiatrist psychologist "
    "publisher receptionist recruiter reporter researcher sailor salesman salesperson scientist "
    "sculptor secretary seller shepherd singer solicitor statistician steward student "
    "supervisor surgeon surveyor tailor teacher technician teller therapist trainee trainer "
    "translator tutor undertaker vet veterinarian waiter waitress warden watchmaker weaver "
    "welder writer cto ceo cfo coo lead head"
)


def is_profession(role: str) -> bool:
    """Whether the words, without an article, name a job: "junior developer", "head of sales"."""
    head = role.lower().replace(" in ", " of ").partition(" of ")[0].split()
    return bool(head) and head[-1] in _PROFESSIONS
