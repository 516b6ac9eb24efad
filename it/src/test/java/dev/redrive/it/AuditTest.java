// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.it.Audit.Numbering;
import java.time.Duration;
import java.time.Instant;
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

  private Audit audit() {
    return new Audit(books);
  }

  private void cut(Reach reach, int from, int to) {
    books.cut(new Window(reach, at(from), at(to)));
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

    audit().verify(Numbering.RISING);
    audit().verify(Numbering.WITHOUT_GAPS);
    audit().verifySettledOnce();
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
  void after_an_attempt_that_was_cut_off_the_next_one_may_come_at_once() {
    send();
    attempt(1, 100);
    settledAttempt(2, 102);

    assertThat(audit().early()).isEmpty();
  }

  @Test
  void after_an_attempt_whose_settlement_had_no_answer_the_next_one_may_be_of_its_copy() {
    send();
    attempt(1, 100);
    settledAttempt(1, 600);
    settledAttempt(2, 1_101);

    assertThat(audit().early()).isEmpty();
  }

  @Test
  void an_attempt_that_is_cut_off_later_excuses_none_before_it() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_100);
    attempt(1, 1_200);

    assertThat(audit().early()).containsEntry(ID, Duration.ofMillis(1));
  }

  @Test
  void what_is_settled_after_its_end_is_settled_twice() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_101);
    books.called(ID, 3, at(1_200));
    books.returned(ID, 3, at(1_201));

    audit().verifySettledOnce();
    books.settled(ID, 3, at(1_202));
    assertThatThrownBy(() -> audit().verifySettledOnce()).hasMessageContaining(ID);
  }

  @Test
  void an_attempt_that_two_processes_settle_is_settled_twice() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 105);

    assertThatThrownBy(() -> audit().verifySettledOnce()).hasMessageContaining(ID);
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
    assertThat(audit().bound()).isZero();
    assertThat(audit().unexplained()).containsExactly(ID);
  }

  @Test
  void what_was_answered_before_a_connection_was_lost_is_not_in_doubt() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 200);
    cut(Reach.SENDS, 11, 190);
    cut(Reach.ATTEMPTS, 103, 190);

    assertThat(audit().bound()).isZero();
    assertThat(audit().unexplained()).containsExactly(ID);
  }

  @Test
  void an_attempt_that_was_not_settled_explains_its_duplicate() {
    send();
    attempt(1, 100);
    settledAttempt(1, 200);
    cut(Reach.ATTEMPTS, 150, 160);

    assertThat(audit().unexplained()).isEmpty();
    assertThat(audit().bound()).isEqualTo(1);
  }

  @Test
  void an_attempt_that_was_not_settled_is_in_doubt_once_however_much_is_cut_off_later() {
    send();
    attempt(1, 100);
    settledAttempt(1, 200);
    settledAttempt(1, 600);
    cut(Reach.ATTEMPTS, 150, 160);
    cut(Reach.ATTEMPTS, 500, 510);

    assertThat(audit().bound()).isEqualTo(1);
    assertThat(audit().unexplained()).containsExactly(ID);
  }

  @Test
  void a_send_that_was_not_answered_explains_a_duplicate_and_a_workers_loss_does_not() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 200);

    cut(Reach.ATTEMPTS, 5, 6);
    assertThat(audit().unexplained()).containsExactly(ID);
    cut(Reach.SENDS, 5, 6);
    assertThat(audit().unexplained()).isEmpty();
  }

  @Test
  void a_send_that_failed_may_be_stored_and_is_counted_once() {
    books.trying(ID, at(0), at(0));
    books.unanswered(ID, at(0), at(5));
    books.unanswered(ID, at(6), at(12));
    books.acknowledged(ID, at(20));
    settledAttempt(1, 100);
    settledAttempt(1, 200);

    assertThat(audit().bound()).isEqualTo(2);
    assertThat(audit().unexplained()).isEmpty();
    cut(Reach.SENDS, 4, 11);
    assertThat(audit().bound()).isEqualTo(1);
  }

  @Test
  void a_doubt_explains_one_copy_and_no_more() {
    send();
    settledAttempt(1, 100);
    settledAttempt(1, 200);
    settledAttempt(1, 300);
    cut(Reach.SENDS, 5, 6);

    assertThat(audit().duplicates()).isEqualTo(2);
    assertThat(audit().bound()).isEqualTo(1);
    assertThat(audit().unexplained()).containsExactly(ID);
  }

  @Test
  void a_copy_that_came_before_something_was_cut_off_is_not_explained_by_it() {
    send();
    attempt(1, 100);
    settledAttempt(1, 120);
    cut(Reach.ATTEMPTS, 150, 160);

    assertThat(audit().unexplained()).containsExactly(ID);
  }

  @Test
  void what_waits_in_a_broker_is_in_doubt_when_the_broker_is_killed() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_200);
    settledAttempt(2, 1_300);

    cut(Reach.SENDS, 700, 700);
    cut(Reach.ATTEMPTS, 700, 700);
    assertThat(audit().unexplained()).containsExactly(ID);
    cut(Reach.BROKER, 700, 700);
    assertThat(audit().unexplained()).isEmpty();
    assertThat(audit().bound()).isEqualTo(1);
  }

  @Test
  void what_a_broker_had_just_taken_it_may_forget_when_it_is_killed() {
    send();
    settledAttempt(1, 100);
    settledAttempt(2, 1_200);
    settledAttempt(2, 3_000);

    cut(Reach.BROKER, 2_900, 2_900);
    assertThat(audit().unexplained()).containsExactly(ID);
    cut(Reach.BROKER, 1_210, 1_210);
    assertThat(audit().unexplained()).isEmpty();
  }

  @Test
  void a_transport_that_doubles_is_found_out_among_messages_that_were_in_doubt() {
    for (int i = 0; i < 100; i++) {
      String id = "in-doubt-" + i;
      books.trying(id, at(0), at(0));
      books.acknowledged(id, at(50));
    }
    cut(Reach.SENDS, 20, 30);
    books.trying(ID, at(31), at(100));
    books.acknowledged(ID, at(40));
    settledAttempt(1, 100);
    settledAttempt(2, 1_101);
    settledAttempt(2, 1_102);

    Audit audit = audit();
    assertThat(audit.duplicates()).isLessThan(audit.bound());
    assertThat(audit.unexplained()).containsExactly(ID);
  }
}
