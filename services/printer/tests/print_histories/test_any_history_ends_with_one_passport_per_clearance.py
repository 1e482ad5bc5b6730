"""Any history of operators, machines and crashes, over real records and scripted machines."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import (
    MachineJobPhase,
    MachineUnavailable,
    RequestNotDelivered,
    RequestOutcomeUnknown,
)
from printer.use_cases.record_findings import Finding

from .history import MACHINES, PERSONS, History, at_machine

machine_ids = st.sampled_from(MACHINES)
persons = st.sampled_from(PERSONS)
choices = st.integers(0, 2)
no_answers = st.sampled_from([RequestNotDelivered, RequestOutcomeUnknown])


class PrintRoomHistories(RuleBasedStateMachine):
    """Three clearances at most, two machines, three persons, one dispatcher at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.history = History()
        self._run(self.history.open())

    def _run(self, work: Awaitable[None]) -> None:
        self.loop.run_until_complete(work)

    def _jobs(self, *states: JobState) -> list[Job]:
        return [job for job in self.history.jobs if job.state in states]

    def _do(
        self, jobs: list[Job], choice: int, action: Callable[[Job, str], Awaitable[None]], user: str
    ) -> None:
        if jobs:
            self._run(action(jobs[choice % len(jobs)], user))

    @rule(number=choices)
    def issuance_asks_for_a_passport(self, number: int) -> None:
        self._run(self.history.order(number))

    @precondition(lambda self: not self.history.service.is_stopped)
    @rule(machine_id=machine_ids, moments=st.none() | st.integers(0, 20))
    def the_service_does_a_step(self, machine_id: str, moments: int | None) -> None:
        self._run(self.history.service.step(machine_id, moments))

    @precondition(lambda self: not self.history.service.is_stopped)
    @rule(seconds=st.sampled_from([0.0, 5.0, 61.0, 601.0]))
    def the_service_serves_all_machines(self, seconds: float) -> None:
        for after in (0.0, seconds):
            self.history.room.seconds += after
            for machine_id in MACHINES:
                self._run(self.history.service.step(machine_id))

    @precondition(lambda self: self.history.service.is_stopped)
    @rule()
    def it_goes_on(self) -> None:
        self._run(self.history.service.go_on())

    @rule()
    def the_service_dies(self) -> None:
        self._run(self.history.service.kill())
        self._run(self.history.replace_service())

    @precondition(lambda self: self.history.service.is_stopped)
    @rule()
    def another_process_takes_over(self) -> None:
        self.history.frozen.append(self.history.service)
        self._run(self.history.replace_service())

    @precondition(lambda self: self.history.frozen)
    @rule()
    def a_replaced_process_wakes(self) -> None:
        self._run(self.history.frozen.pop().go_on())

    @rule(machine_id=machine_ids)
    def a_machine_prints(self, machine_id: str) -> None:
        machine = self.history.machines[machine_id]
        if machine.current is not None:
            machine.print_current()

    @rule(machine_id=machine_ids)
    def a_machine_gives_up(self, machine_id: str) -> None:
        machine = self.history.machines[machine_id]
        if machine.current is not None:
            machine.abort_current()

    @rule(machine_id=machine_ids)
    def a_machine_jams(self, machine_id: str) -> None:
        machine = self.history.machines[machine_id]
        if machine.current is not None:
            machine.set_phase(machine.current.machine_job_id, MachineJobPhase.STOPPED)

    @rule(machine_id=machine_ids, error=no_answers)
    def a_machine_falls_silent(self, machine_id: str, error: type[MachineUnavailable]) -> None:
        self.history.machines[machine_id].unavailable = error

    @rule(machine_id=machine_ids, request=st.sampled_from(["create_job", "send_document"]))
    def an_answer_will_be_lost(self, machine_id: str, request: str) -> None:
        self.history.machines[machine_id].answer_lost = request

    @rule(machine_id=machine_ids)
    def a_machine_is_switched_off(self, machine_id: str) -> None:
        self.history.machines[machine_id].switch_off()

    @rule(machine_id=machine_ids)
    def a_machine_answers_again(self, machine_id: str) -> None:
        self.history.machines[machine_id].switch_on()

    @rule(seconds=st.sampled_from([1.0, 5.0, 61.0, 601.0]))
    def time_passes(self, seconds: float) -> None:
        self.history.room.seconds += seconds

    @rule(choice=choices, user=persons)
    def a_person_finds_a_book_good(self, choice: int, user: str) -> None:
        jobs = self._jobs(JobState.QUALITY_CHECK)
        self._do(jobs, choice, self.history.pass_book, user)

    @rule(choice=choices, user=persons, finding=st.sampled_from([Finding.SPOILED, Finding.LOST]))
    def a_person_writes_a_book_off(self, choice: int, user: str, finding: Finding) -> None:
        jobs = self._jobs(JobState.QUALITY_CHECK, JobState.UNKNOWN_OUTCOME)
        self._do(jobs, choice, lambda j, u: self.history.look_at_book(j, u, finding), user)

    @rule(choice=choices, user=persons)
    def a_person_says_what_became_of_a_book(self, choice: int, user: str) -> None:
        jobs = self._jobs(JobState.UNKNOWN_OUTCOME)
        self._do(
            jobs, choice,
            lambda job, by: self.history.look_at_book(job, by, self.history.seen(job)), user,
        )  # fmt: skip

    @rule(choice=choices, user=persons)
    def two_persons_say_what_became_of_a_book(self, choice: int, user: str) -> None:
        self._do(self._jobs(JobState.UNKNOWN_OUTCOME), choice, self.history.two_look_at_book, user)

    @rule(choice=choices, user=persons)
    def a_person_cancels_a_job(self, choice: int, user: str) -> None:
        self._do(self._jobs(JobState.QUEUED, JobState.HELD), choice, self.history.cancel, user)

    @rule(choice=choices, user=persons)
    def a_person_gives_up_waiting(self, choice: int, user: str) -> None:
        jobs = [job for job in self.history.jobs if at_machine(job)]
        self._do(jobs, choice, self.history.give_up, user)

    @rule(user=persons)
    def a_person_confirms_that_a_machine_is_off(self, user: str) -> None:
        for job in self.history.jobs:
            attempt = job.unsettled_attempt
            if attempt is not None and self.history.machines[attempt.machine_id].is_off:
                self._run(self.history.confirm_off(job, attempt, user))

    @rule(choice=choices, user=persons)
    def a_person_releases_a_held_job(self, choice: int, user: str) -> None:
        self._do(self._jobs(JobState.HELD), choice, self.history.release, user)

    @invariant()
    def every_book_is_in_one_state(self) -> None:
        self._run(self.history.read())
        self._run(self.history.check_books())

    @invariant()
    def no_clearance_has_two_passports(self) -> None:
        self.history.check_passports()

    def teardown(self) -> None:
        try:
            self._run(self.history.come_to_an_end())
        finally:
            self._run(self.history.close())
            self.loop.close()


class LongHistories(PrintRoomHistories):
    """The same: more of them, and longer ones."""


# Always the same ones, so that a run that has nothing to do with printing does not fail.
TestHistories = PrintRoomHistories.TestCase
TestHistories.settings = settings(max_examples=15, stateful_step_count=40, derandomize=True)
TestLongHistories = pytest.mark.timeout(7200)(pytest.mark.slow(LongHistories.TestCase))
TestLongHistories.settings = settings(max_examples=500, stateful_step_count=80)
