// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the steps of a transaction can be answered with. */
@Timeout(60)
class TransactionAnswersTest {
  private final QueueScene scene = new QueueScene(0, 1);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  private static void fence(Question step) {
    step.refuse(new ProducerFencedException("another producer has the name"));
  }

  private void comesAgain(String id, int times) {
    scene.until(
        id + " to come again",
        () -> scene.handedOver().stream().filter(id::equals).count() == times);
  }

  @Test
  void transaction_that_counts_without_word_of_it_is_unknown_and_counted_once() {
    scene.send(0, "a", "b");
    Settlement ack = new Settlement.Ack(scene.lease("b"));
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question deciding = scene.asked(Call.END);
    cluster.release(Call.END);
    deciding.lose(new TimeoutException("no word"));

    assertThat(scene.answers(retry)).containsExactly(Settled.UNKNOWN);
    assertThat(scene.answers(scene.settle(ack))).as("read anew").containsExactly(Settled.STALE);
    comesAgain("a", 2);
    comesAgain("b", 2);
    assertThat(scene.message("a").attempt()).as("the copy").isEqualTo(2);
    assertThat(scene.message("b").attempt()).isOne();
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.DONE);
    scene.pass(Duration.ofSeconds(5));
    assertThat(scene.handedOver()).hasSize(4);
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @Test
  void transaction_that_never_arrived_is_unknown_and_its_original_comes_again() {
    scene.send(0, "a");
    scene.send(1, "c");
    cluster.hold(Call.END, Call.INIT);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.INIT).accept();
    scene.asked(Call.END).refuse(new TimeoutException("the broker is gone"));
    assertThat(scene.answers(retry)).containsExactly(Settled.UNKNOWN);

    Question next = scene.asked(Call.INIT);
    scene.pass(Duration.ofSeconds(3));
    assertThat(scene.handedOver()).as("undecided").containsExactlyInAnyOrder("a", "c");
    assertThat(scene.answers(scene.ack("c"))).as("of the other").containsExactly(Settled.DONE);
    cluster.release(Call.END, Call.INIT);
    next.accept();

    comesAgain("a", 2);
    assertThat(scene.message("a").attempt()).isOne();
    assertThat(scene.answers(scene.retry("a"))).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"INIT", "BEGIN", "STORE"})
  void producer_that_is_fenced_before_anything_counts_costs_nothing(Call step) {
    scene.send(0, "a");
    cluster.hold(step);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question fenced = scene.asked(step);
    cluster.release(step);
    fence(fenced);

    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).containsExactly("a/1 orders");
    assertThat(cluster.isDone(0, 0)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"JOIN", "END"})
  void producer_that_is_fenced_in_the_decision_settles_nothing(Call step) {
    scene.send(0, "a", "b");
    scene.send(1, "c");
    cluster.hold(step);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question fenced = scene.asked(step);
    cluster.release(step);
    cluster.init();
    fence(fenced);

    assertThat(scene.answers(retry))
        .containsExactly(step == Call.JOIN ? Settled.STALE : Settled.UNKNOWN);
    assertThat(cluster.copies()).isEmpty();
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(scene.answers(scene.ack("c"))).as("of the other").containsExactly(Settled.DONE);
    comesAgain("a", 2);
    assertThat(scene.message("a").attempt()).isOne();
    assertThat(scene.answers(scene.retry("a"))).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @Test
  void producer_that_is_fenced_while_it_takes_back_costs_nothing() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.STORE, Call.ABORT);
    CompletableFuture<List<Settled>> first = scene.retry("a");
    Question copying = scene.asked(Call.STORE);
    CompletableFuture<List<Settled>> second = scene.retry("b");
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    cluster.release(Call.STORE);
    copying.accept();
    Question fenced = scene.asked(Call.ABORT);
    cluster.release(Call.ABORT);
    cluster.init();
    fence(fenced);

    assertThat(scene.answers(first)).containsExactly(Settled.STALE);
    assertThat(scene.answers(second)).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).containsExactly("b/1 orders");
  }

  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"INIT", "BEGIN", "STORE", "JOIN", "END"})
  void step_without_an_answer_holds_up_neither_acknowledgements_nor_new_messages(Call step) {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(step);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question out = scene.asked(step);
    scene.send(1, "c");
    scene.until("the new message", () -> scene.handedOver().contains("c"));
    CompletableFuture<List<Settled>> ack = scene.ack("b");
    boolean isDeciding = step == Call.JOIN || step == Call.END;
    scene.pass(QueueScene.MOMENT);
    assertThat(ack.isDone()).as("while copies are stored").isNotEqualTo(isDeciding);
    cluster.release(step);
    out.accept();

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
  }

  @Test
  void acknowledgement_in_a_transaction_that_is_refused_holds_for_nothing() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT, Call.STORE, Call.JOIN);
    scene.send(1, "c");
    CompletableFuture<List<Settled>> before = scene.ack("c");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    CompletableFuture<List<Settled>> ack = scene.ack("b");
    scene.asked(Call.STORE).accept();
    cluster.release(Call.STORE, Call.COMMIT);
    scene.pass(Duration.ofMillis(20));
    out.accept();
    Question joining = scene.asked(Call.JOIN);
    cluster.release(Call.JOIN);
    joining.refuse(new TimeoutException("no coordinator"));

    assertThat(scene.answers(before)).containsExactly(Settled.DONE);
    assertThat(scene.answers(retry)).containsExactly(Settled.STALE);
    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    assertThat(scene.counted()).hasSize(1);
    comesAgain("a", 2);
    comesAgain("b", 2);
  }

  @Test
  void transactions_that_have_ended_leave_nothing_without_an_answer() {
    scene.send(0, "a");
    scene.endTransactions();

    assertThat(scene.answers(scene.retry("a"))).containsExactly(Settled.UNKNOWN);
    assertThat(cluster.isDone(0, 0)).isFalse();
  }
}
