"""The methods section, written from the frozen protocol, the events and what was computed."""

from __future__ import annotations

from viewer.analysis.gain import endpoint_words
from viewer.analysis.results import AI, HYBRID, StudyResults
from viewer.analysis.study_record import StudyRecord
from viewer.analysis.words import count, figure, listed
from viewer.study.protocol import Arm, Design, Protocol, Questions

_DESIGNS = {
    Design.SEQUENTIAL: (
        "read every case alone, locked the answer, and then read it again at once with the AI"
    ),
    Design.ALONE: "read every case without the AI",
    Design.ON_REQUEST: (
        "read every case alone, locked the answer, and could then ask for the AI's result"
    ),
}


def design_text(record: StudyRecord) -> tuple[str, ...]:
    """Design, readers, cases, order and blinding, one paragraph each."""
    protocol = record.protocol
    return (
        _readers(protocol),
        *(_arm(protocol, arm) for arm in protocol.arms),
        _cases(protocol),
        _order(protocol),
        _blinding(protocol),
        _questions(protocol.questions, protocol),
        _sealed(protocol),
        _conduct(record),
    )


def statistics_text(results: StudyResults) -> tuple[str, ...]:
    """What was computed and how, one paragraph each; nothing that was not computed."""
    paragraphs = [_discrimination(results), _decisions(results)]
    if results.mrmc:
        paragraphs.append(_mrmc(results))
    if results.hybrid is not None:
        paragraphs.append(_hybrid(results))
    if results.ai_against_readers:
        paragraphs.append(
            "A model alone was compared with the readers by the Obuchowski-Rockette method for one "
            "modality against many readers, readers and cases random, Hillis' degrees of freedom."
        )
    if results.u_statistics is not None:
        paragraphs.append(
            "Variances were also estimated by U-statistics (Gallas), which allow cases that not "
            "every reader read."
        )
    return tuple(paragraphs)


def _readers(protocol: Protocol) -> str:
    years = sorted(r.experience_years for r in protocol.readers if r.experience_years is not None)
    text = f"{count(len(protocol.readers), 'reader')} took part"
    if years:
        missing = len(protocol.readers) - len(years)
        unknown = f"; not recorded for {missing}" if missing else ""
        text += f" (experience {years[0]:g} to {years[-1]:g} years{unknown})"
    return f"{text}, known to the program by codes only."


def _arm(protocol: Protocol, arm: Arm) -> str:
    number = sum(reader.arm_id == arm.arm_id for reader in protocol.readers)
    who = f"In arm {arm.arm_id}, {count(number, 'reader')}"
    if arm.design is Design.CROSSOVER:
        return (
            f"{who} read half of the cases alone and half with the AI, and the halves the other "
            f"way round after a washout of at least {count(arm.washout_days, 'day')} for every "
            "case (crossover)."
        )
    return f"{who} {_DESIGNS[arm.design]} ({arm.design.value})."


def _cases(protocol: Protocol) -> str:
    read = [case for case in protocol.cases if not case.training]
    patients = len({case.patient for case in read})
    breasts = sum(len(case.breasts) for case in read)
    training = len(protocol.cases) - len(read)
    text = (
        f"{count(len(read), 'exam')} of {count(patients, 'patient')} were read "
        f"({count(breasts, 'breast')}). The breast was the unit of analysis, the patient the unit "
        "of resampling."
    )
    if training:
        shown = "with" if protocol.feedback else "without"
        text += (
            f" {count(training, 'training case')} came first, {shown} feedback on the truth, and "
            "did not enter the analysis."
        )
    return text


def _order(protocol: Protocol) -> str:
    text = (
        "The order of cases was drawn anew for every reader and session (permuted congruential "
        f"generator, study seed {protocol.seed}); exams of one patient stood together, and runs "
        "of diseased cases were not constrained. The realised orders were recorded."
    )
    if protocol.planted_repeats:
        text += (
            f" {count(protocol.planted_repeats, 'case')} came twice in a session under another "
            f"number, at least {protocol.repeat_distance} readings apart, to measure how well "
            "readers agree with themselves."
        )
    limits = {s.time_limit_s for s in protocol.sessions if s.time_limit_s is not None}
    if limits:
        seconds = listed(tuple(f"{limit:g}" for limit in sorted(limits)))
        text += f" A time limit of {seconds} s for each case and phase was announced, not forced."
    return text


def _blinding(protocol: Protocol) -> str:
    text = (
        "Readers saw blind case numbers only: no names, dates, descriptions, file names or "
        "results. The truth and the AI's results were encrypted and kept out of the reading "
        "program's process until the answer given alone was locked; a locked answer could not be "
        "replaced, only amended openly with a reason."
    )
    layers = sorted(layer.value for layer in protocol.aided.ai_layers)
    if layers and any(arm.design is not Design.ALONE for arm in protocol.arms):
        text += f" With the AI, readers could see: {listed(tuple(layers))}."
        if protocol.aided.hybrid:
            text += " The hybrid of their own and the AI's score was shown."
    return text


def _questions(questions: Questions, protocol: Protocol) -> str:
    asked = []
    if questions.pom:
        asked.append("probability of malignancy, 0 to 100 %")
    if questions.birads:
        asked.append("BI-RADS category")
    if questions.recall:
        asked.append("recall, yes or no")
    if questions.marks:
        asked.append("marks with confidence, class and slice")
    if questions.text:
        asked.append("free text")
    text = f"Asked of every breast: {listed(tuple(asked))}."
    if questions.marks:
        radius = protocol.analysis.acceptance_radius_mm
        text += f" A mark counted as on a lesion within {radius:g} mm (see the notes)."
    return text


def _sealed(protocol: Protocol) -> str:
    sealed = protocol.sealed
    if not sealed.ai_models:
        return "No AI results were sealed with the protocol."
    return (
        f"AI: {listed(sealed.ai_models)}. Its results were computed before the first reading and "
        f"sealed (SHA-256 {sealed.ai_sha256[:16]}…)."
    )


def _conduct(record: StudyRecord) -> str:
    versions = listed(record.app_versions) or "unknown version"
    text = (
        f"Protocol {record.protocol.study_id}, version {record.protocol.version}, SHA-256 "
        f"{record.protocol_sha256}. Read with Tomolens {versions} from {record.first_utc[:10]} to "
        f"{record.last_utc[:10]}: {count(record.finished, 'reading')} finished of "
        f"{record.planned:,} planned, {count(len(record.excluded), 'reading')} excluded, "
        f"{count(record.unfinished, 'reading')} not finished; "
        f"{count(record.amendments, 'answer')} amended. {count(record.events, 'event')} form a "
        f"chain of hashes that ends in {record.head}."
    )
    for number, noun in (
        (record.pauses, "pause"),
        (record.crashes, "resumption after a crash"),
        (record.clock_jumps, "backward jump of the clock"),
        (record.repairs, "repair of a damaged copy"),
    ):
        if number:
            many = "resumptions after a crash" if noun.startswith("resumption") else ""
            many = "backward jumps of the clock" if noun.startswith("backward") else many
            many = "repairs of a damaged copy" if noun.startswith("repair") else many
            text += f" {count(number, noun, many).capitalize()}."
    return text


def _discrimination(results: StudyResults) -> str:
    options = results.options
    level = f"{100 * (1 - options.alpha):g} %"
    text = (
        f"{count(results.cases, 'case')} ({results.positives:,} diseased) of "
        f"{count(results.patients, 'patient')} entered the analysis. Areas under the empirical "
        f"ROC curve (AUC) have {level} intervals by DeLong's variance"
    )
    if options.bootstraps:
        text += (
            f" and by {options.bootstraps:,} bootstraps of patients (percentiles, seed "
            f"{options.seed}, resamples with one class only left out)"
        )
    return (
        f"{text}. PRAUC is average precision. Curves of the average reader are means of "
        "sensitivity at equal false positive rates, and of precision at equal recall."
    )


def _decisions(results: StudyResults) -> str:
    if results.recall_threshold is not None:
        rule = f"A score above {results.recall_threshold:g} counted as a recall"
    elif results.is_probability:
        rule = "Recalls were taken as recorded"
    else:
        return "The ratings are on a scale without a recall threshold."
    return (
        f"{rule}. Sensitivity and specificity have Wilson intervals; models and hybrids are also "
        "given at the threshold nearest to the average reader's sensitivity and to 90 %, with "
        "the Matthews correlation."
    )


def _mrmc(results: StudyResults) -> str:
    methods = tuple(dict.fromkeys(a.method for a in results.mrmc if a.endpoint == "auc"))
    names = {"delong": "DeLong's", "jackknife": "jackknife"}
    spelled = listed(tuple(names.get(method, method) for method in methods)) or "jackknife"
    endpoints = listed(tuple(dict.fromkeys(endpoint_words(a.endpoint) for a in results.mrmc)))
    generalised = any(analysis.generalises_to_readers for analysis in results.mrmc)
    scope = (
        "Readers and cases were random effects with Hillis' degrees of freedom; fixed readers and "
        "fixed cases are given beside them."
        if generalised
        else "With fewer than three readers, readers were fixed: nothing generalises to others."
    )
    return (
        f"Modalities were compared by the Obuchowski-Rockette method with {spelled} covariances "
        f"(endpoints: {endpoints}). {scope} The primary endpoint is "
        f"{endpoint_words(results.options.primary_endpoint)}, alpha {results.options.alpha:g}, "
        "two-sided."
    )


def _hybrid(results: StudyResults) -> str:
    hybrid = results.hybrid
    if hybrid is None or HYBRID not in results.modalities or AI not in results.modalities:
        return ""
    return (
        f"The hybrid score is {figure(hybrid.weight, 2)} x reader ({hybrid.base}) + "
        f"{figure(1 - hybrid.weight, 2)} x AI ({hybrid.ai_model}), fixed beforehand. The weight "
        "that would have been best on these very cases is descriptive only; its optimism was "
        "measured by choosing it without each patient in turn."
    )
