"""Print how fast texts are classified, and how often danger and language are told rightly.

``python benchmarks/classify.py [PART…]``: all takes some ten minutes of a core. Speeds are per
second of CPU of one core; the machine's load is printed because a busy machine is slower all the
same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from intake.classifying.danger.urgency import Assessment, UrgencyRules
from intake.classifying.danger.weighing import DOUBTED
from intake.classifying.decide import judge
from intake.classifying.language import identify
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document
from intake.testing.noise import misread, mistype

FIXTURES = Path(__file__).parents[1] / "fixtures" / "classify"
UNSEEN = (
    "unseen.toml",
    "unseen_plain.toml",
    "unseen_usual.toml",
    "unseen_tricky.toml",
    "unseen_others.toml",
)
UNSEEN_MESSAGES = (
    "unseen_finished.jsonl",
    "unseen_finished_others.jsonl",
    "unseen_passing.jsonl",
    "unseen_forms.jsonl",
    "unseen_foreign.jsonl",
    "unseen_foreign_others.jsonl",
)
"""Messages of which each says whether somebody is in danger: on what is over beside what is not, in
passing in a calm letter, in odd ways of writing, and in languages that no phrase is in."""
SEEN, MOST_SEEN = "emergency.toml", 600
"""Phrases that the danger model knows, and of how many of them it is measured: they tell little."""
TEXTS = 500
PROSE = (
    "Gentili signori, mi permetto di scrivervi dopo aver telefonato più volte senza esito.",
    "Abito da molti anni in questa zona e fino ad oggi non ho mai avuto bisogno di voi.",
    "Ne ho parlato anche con il sindaco, che mi ha consigliato di rivolgermi al vostro numero.",
    "Resto in attesa di un cortese riscontro e porgo i miei più cordiali saluti.",
    "Allego alla presente due fotografie e la lettera che ho spedito il mese passato.",
)
"""What letters say besides: two sentences of these for each that has a topic."""
NOISY_COPIES = 1
FRAMES = {
    "a letterhead": "Regione Umbria - Servizio Protezione Civile\nPerugia, 4 febbraio\n"
    "Oggetto: invio notizie\n\n{}\n\nIl responsabile\ndott. ing. F. Marini",
    "a form": "Campo: cognome e nome\nValore: Sara Lolli\nCampo: recapito\nValore: 347 000111\n"
    "Campo: testo libero\nValore: {}\nHo letto l'informativa sulla privacy e accetto",
    "an ordinary letter": "Gentili operatori, vi ringrazio per la risposta di lunedì sulla "
    "domanda di alloggio. {} Per il resto aspetto il modulo firmato. Saluti, Dario",
    "a notice": "{}\n\n--\nAvv. Teresa Galli\nVia Po 11, Torino\nLe informazioni contenute in "
    "questa e-mail sono riservate al destinatario; chi le riceve per sbaglio è pregato di "
    "distruggerle.",
}
"""What stands around words in letters and forms; the danger model learned from none of these."""
FRAMED_CALLS, FRAMED_CALM, MOST_FRAMED = 50, 80, 40


def main() -> None:
    """Print the parts that are asked for."""
    parts: dict[str, Callable[[], None]] = {
        "speed": _print_speed,
        "danger": _print_danger,
        "messages": _print_messages,
        "high": _print_high,
        "framed": _print_framed,
        "languages": _print_languages,
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(parts)}; none: all of them"
    )
    wanted: list[str] = parser.parse_args().parts or list(parts)
    if unknown := [part for part in wanted if part not in parts]:
        parser.error(f"no part {', '.join(unknown)}: there are {', '.join(parts)}")
    load = ", ".join(f"{figure:.2f}" for figure in os.getloadavg())
    print(f"load {load} on {os.cpu_count()} CPUs\n", flush=True)
    for part in wanted:
        parts[part]()
        print(flush=True)


def _fixture(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FIXTURES / name).read_text("utf-8"))


def _print_speed() -> None:
    sentences = [text for texts in _fixture("topics.toml").values() for text in texts]
    classifier, rules, taxonomy = KeywordClassifier(), UrgencyRules(), Taxonomy.load()
    jobs: dict[str, Callable[[list[Document]], object]] = {
        "keywords": classifier.classify,
        "urgency": rules.assess,
        "language": lambda documents: identify(documents[0].text),
        "verdict": lambda documents: judge(
            documents, classifiers=[classifier], taxonomy=taxonomy, threshold=0.5
        ),
    }
    for size in (65, 500):
        texts = _texts(sentences, size)
        for name, job in jobs.items():
            job([Document(text=texts[0])])
            start = time.process_time()
            for text in texts:
                job([Document(text=text)])
            print(f"{name:9} {len(texts) / (time.process_time() - start):8,.0f} texts/s of {size}")
    megabyte = " ".join(_texts(sentences, 1_000_000 // TEXTS))
    start = time.process_time()
    jobs["verdict"]([Document(text=megabyte)])
    print(f"verdict   {time.process_time() - start:8.2f} s for a text of 1 MB")


def _texts(sentences: Sequence[str], size: int) -> list[str]:
    """Return texts of ``size`` characters, each of other sentences in another order."""
    choose = random.Random(size)
    return [
        " ".join(
            sentence
            for _ in range(1 + size // 200)
            for sentence in (choose.choice(sentences), *choose.sample(PROSE, 2))
        )[:size]
        for _ in range(TEXTS)
    ]


def _print_danger() -> None:
    for name in (*UNSEEN, SEEN):
        print(f"{name}, which the danger model {'knows' if name == SEEN else 'never saw'}")
        positive, negative = (
            [
                text
                for family in _fixture(name)["families"]
                if family["emergency"] is wanted
                for text in family["phrases"]
            ]
            for wanted in (True, False)
        )
        if name == SEEN:
            draw = random.Random(2)
            positive, negative = (draw.sample(each, MOST_SEEN) for each in (positive, negative))
        _print_recall(positive, negative)


def _print_recall(positive: Sequence[str], negative: Sequence[str]) -> None:
    rules, choose = UrgencyRules(), random.Random(1)

    def share(phrases: Sequence[str]) -> float:
        alarms = [rules.assess([Document(text=phrase)]).urgency for phrase in phrases]
        return alarms.count(Urgency.EMERGENCY) / len(alarms)

    print(f"emergency recall       {share(positive):.3f} of {len(positive)} phrases")
    print(f"emergency false alarms {share(negative):.3f} of {len(negative)} phrases")
    for rate in (0.05, 0.10):
        noisy = [mistype(phrase, rate, choose) for phrase in positive for _ in range(NOISY_COPIES)]
        calm = [mistype(phrase, rate, choose) for phrase in negative for _ in range(NOISY_COPIES)]
        print(
            f"with {rate:.0%} wrong characters: recall {share(noisy):.3f}, "
            f"false alarms {share(calm):.3f}",
            flush=True,
        )


def _print_messages() -> None:
    """Print of how many messages an alarm is raised, and how many more a person reads soon."""
    rules = UrgencyRules()
    for name in UNSEEN_MESSAGES:
        told = [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]
        for danger, who in ((True, "calls"), (False, "others")):
            judged = [
                rules.assess([Document(text=each["text"])])
                for each in told
                if each["danger"] is danger
            ]
            alarms = sum(each.urgency is Urgency.EMERGENCY for each in judged)
            doubted = sum(_is_doubted(each) for each in judged)
            print(
                f"{name}, {who}: of {len(judged)} {alarms} alarms, {doubted} more doubted",
                flush=True,
            )


def _is_doubted(assessment: Assessment) -> bool:
    return assessment.urgency is Urgency.HIGH and any(
        each.rule.startswith(DOUBTED) for each in assessment.evidence
    )


def _print_high() -> None:
    """Print what is found of phrases that cannot wait, on the half that the rules were improved on
    and on the other one."""
    rules, families = UrgencyRules(), _fixture("high.toml")["families"]
    for half, told in (("a", "rules improved on it"), ("b", "only measured on")):
        for high, what in ((True, "recall"), (False, "false alarms")):
            phrases = [
                text
                for each in families
                if each["half"] == half and each["high"] is high
                for text in each["phrases"]
            ]
            shares = []
            for rate in (0.0, 0.05):
                choose = random.Random(1)
                read = [Document(text=misread(text, rate, choose)) for text in phrases]
                found = [rules.assess([each]).urgency is not Urgency.NORMAL for each in read]
                shares.append(f"{sum(found) / len(found):.3f}")
            print(f"high, {told}: {what} {shares[0]} of {len(phrases)}, misread {shares[1]}")


def _print_framed() -> None:
    """Print how often short Italian phrases raise an alarm, alone and with what stands around."""
    rules, choose = UrgencyRules(), random.Random(3)
    families = _fixture("unseen_plain.toml")["families"]
    short = [
        [
            text
            for family in families
            if family["emergency"] is wanted and family["lang"] == "it"
            for text in family["phrases"]
            if len(text.split()) < MOST_FRAMED
        ]
        for wanted in (True, False)
    ]
    calls, calm = choose.sample(short[0], FRAMED_CALLS), choose.sample(short[1], FRAMED_CALM)
    for name, frame in {"nothing": "{}", **FRAMES}.items():
        shares = [
            sum(
                rules.assess([Document(text=frame.format(text))]).urgency is Urgency.EMERGENCY
                for text in texts
            )
            / len(texts)
            for texts in (calls, calm)
        ]
        print(f"in {name}: recall {shares[0]:.3f}, false alarms {shares[1]:.3f}", flush=True)


def _print_languages() -> None:
    """Print the share of texts whose language is right."""
    samples: Mapping[str, Mapping[str, Sequence[str]]] = _fixture("languages.toml")
    for kind in ("messages", "paragraphs", "other"):
        for rate in (0.0, 0.05, 0.10):
            choose = random.Random(1)
            right = [
                identify(mistype(text, rate, choose)) == language
                for language, texts in samples[kind].items()
                for text in texts
            ]
            print(f"language of {kind:10} {rate:4.0%} wrong: {sum(right) / len(right):.3f}")


if __name__ == "__main__":
    main()
