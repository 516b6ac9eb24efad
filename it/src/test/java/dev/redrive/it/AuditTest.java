// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The books of flows that never were: what is wrong in them is found, and nothing else. */
class AuditTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String ID = "m";

  private final Accounting books = new Accounting(new TwoAttempts());

  /** The first attempt fails, the second one does not. */
  private record TwoAttempts() implements Plan {
    @Override
    public End end(String id) {
      return new End(2, false);
    }

    @Override
    public Duration pause(int attempt) {
      return Duration.ofSeconds(1);
    }
  }

  private static Instant at(int millis) {
    return START.plusMillis(millis);
  }

  private static Window fault(Reach reach, int from, int to) {
    return new Window("a fault", at(from), at(to), reach);
  }

  private Audit audit(Window... faults) {
    return new Audit(books, List.of(faults));
  }

  private void send() {
    books.trying(ID, at(0), at(100));
    books.acknowledged(ID, at(10));
  }

  private void attempt(int number, int millis) {
    books.called(ID, number, at(millis));
    books.returned(ID, number, at(millis + 1));
  }

  private void settledAttempt(int number, int millis) {
    attempt(number, millis);
    books.settled(ID, number, at(millis + 2));
  }

  @Test
  void books_that_balance_are_verified() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_101);

    audit().verify(true);
    assertThat(books.isDone()).isTrue();
  }

  @Test
  void a_message_whose_last_attempt_never_came_is_lost() {
    send();
    settledAttempt(1, 100);

    assertThat(audit().lost()).containsExactly(ID);
    assertThat(books.isDone()).isFalse();
  }

  @Test
  void a_call_that_has_not_returned_has_done_nothing() {
    send();
    settledAttempt(1, 100);
    books.called(ID, 2, at(1_101));

    assertThat(audit().lost()).containsExactly(ID);
  }

  @Test
  void a_message_that_nobody_sent_is_unexpected() {
    attempt(1, 100);

    assertThat(audit().unexpected()).containsExactly(ID);
  }

  @Test
  void a_message_whose_sender_cannot_tell_may_come() {
    books.trying(ID, at(0), at(0));
    settledAttempt(1, 100);

    assertThat(audit().lost()).isEmpty();
    assertThat(audit().recovered()).containsExactly(ID);
  }

  @Test
  void a_first_attempt_before_the_due_time_is_early() {
    send();
    attempt(1, 99);

    assertThat(audit().early()).containsEntry(ID, Duration.ofMillis(1));
  }

  @Test
  void a_second_attempt_before_its_pause_is_over_is_early() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_100);

    assertThat(audit().early()).containsEntry(ID, Duration.ofMillis(1));
  }

  @Test
  void an_attempt_without_its_predecessor_is_a_gap() {
    send();
    attempt(2, 1_200);

    assertThat(audit().gaps()).containsExactly(ID);
  }

  @Test
  void a_number_that_comes_twice_is_a_duplicate_that_nothing_explains() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 200);

    assertThat(audit().duplicates()).isEqualTo(1);
    assertThat(audit().repeating()).containsExactly(ID);
    assertThat(audit(fault(Reach.SENDS, 150, 160)).unexplained()).containsExactly(ID);
  }

  @Test
  void an_attempt_that_was_not_settled_explains_its_duplicate() {
    send();
    attempt(1, 100);
    attempt(1, 200);

    Audit audit = audit(fault(Reach.ATTEMPTS, 150, 160));
    assertThat(audit.unexplained()).isEmpty();
    assertThat(audit.bound()).isEqualTo(1);
  }

  @Test
  void a_send_that_was_not_answered_explains_a_duplicate_unless_senders_were_not_touched() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 200);

    assertThat(audit(fault(Reach.SENDS, 5, 6)).unexplained()).isEmpty();
    assertThat(audit(fault(Reach.ATTEMPTS, 5, 6)).unexplained()).containsExactly(ID);
  }

  @Test
  void what_waits_in_a_broker_is_touched_by_its_faults_alone() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_200);
    settledAttempt(2, 1_300);

    assertThat(audit(fault(Reach.WAITING, 500, 600)).unexplained()).isEmpty();
    assertThat(audit(fault(Reach.SENDS, 500, 600)).unexplained()).containsExactly(ID);
  }
}
