// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Partitions go while a transaction is on its way. */
@Timeout(60)
class RevokedTransactionTest {
  private final QueueScene scene = new QueueScene(0, 1);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  private Settlement retry(String id) {
    return new Settlement.Retry(
        scene.lease(id), scene.time().instant().plus(Duration.ofSeconds(1)), Map.of());
  }

  @Test
  void copies_that_are_stored_in_the_grace_count() {
    scene.send(0, "a");
    cluster.hold(Call.STORE);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question copying = scene.asked(Call.STORE);
    scene.member().revokes(0);
    scene.pass(QueueScene.MOMENT);
    copying.accept();

    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @Test
  void copies_that_are_stored_after_the_grace_are_taken_back() {
    scene.send(0, "a");
    cluster.hold(Call.STORE);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question copying = scene.asked(Call.STORE);
    scene.member().revokes(0);
    scene.pass(QueueScene.GRACE.plusSeconds(1));
    copying.accept();

    assertThat(scene.answers(retry)).containsExactly(Settled.STALE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.copies()).isEmpty();
  }

  @Test
  void partition_that_is_lost_while_copies_are_stored_costs_the_others_nothing() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.STORE);
    CompletableFuture<List<Settled>> retries = scene.settle(retry("a"), retry("b"));
    Question copying = scene.asked(Call.STORE);
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    cluster.release(Call.STORE);
    copying.accept();

    assertThat(scene.answers(retries)).containsExactly(Settled.STALE, Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.isDone(1, 0)).isTrue();
    assertThat(cluster.copies()).containsExactly("b/1 orders");
  }

  @Test
  void partition_that_is_lost_when_copies_are_stored_takes_the_transaction_back() {
    scene.send(0, "a");
    scene.send(1, "b", "c");
    cluster.hold(Call.COMMIT, Call.STORE);
    CompletableFuture<List<Settled>> ack = scene.ack("c");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> retries = scene.settle(retry("a"), retry("b"));
    scene.asked(Call.STORE).accept();
    cluster.release(Call.STORE);
    scene.pass(Duration.ofMillis(20));
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    assertThat(retries).as("it waits for the commit before it").isNotDone();
    out.accept();

    assertThat(scene.answers(retries)).containsExactly(Settled.STALE, Settled.DONE);
    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.copies()).containsExactly("b/1 orders");
  }

  @Test
  void transaction_whose_copies_are_stored_is_decided_before_the_partition_goes() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT, Call.STORE);
    CompletableFuture<List<Settled>> ack = scene.ack("b");
    scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.STORE).accept();
    scene.pass(Duration.ofMillis(20));
    scene.member().revokes(0);

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(cluster.isDone(0, 1)).isTrue();
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @Test
  void hand_over_leaves_out_what_is_undecided_and_only_that() {
    scene.send(0, "a", "b");
    scene.send(1, "c");
    scene.begun("b", "c");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question deciding = scene.asked(Call.END);
    scene.member().revokes(0, 1);
    scene.pass(QueueScene.GRACE.plusSeconds(1));
    assertThat(cluster.asNextOwner(1).crashes(0)).as("of the other partition").isZero();
    assertThat(cluster.isDone(0, 0)).isFalse();

    deciding.accept();

    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.copies()).containsExactly("a/1 orders");
  }

  @Test
  void what_is_taken_back_after_its_partition_went_is_still_there_for_the_next_owner() {
    scene.send(0, "a");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question deciding = scene.asked(Call.END);
    scene.member().revokes(0);
    scene.pass(QueueScene.GRACE.plusSeconds(1));

    deciding.refuse(new TimeoutException("the broker is gone"));

    assertThat(scene.answers(retry)).containsExactly(Settled.UNKNOWN);
    scene.pass(Duration.ofSeconds(2));
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.copies()).isEmpty();
  }

  @Test
  void transaction_that_counts_after_its_partition_was_lost_is_done() {
    scene.send(0, "a", "b");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question deciding = scene.asked(Call.END);
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    deciding.accept();

    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.STALE);
  }

  @Test
  void transaction_of_a_member_that_lost_its_partition_is_refused() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.JOIN);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question joining = scene.asked(Call.JOIN);
    CompletableFuture<List<Settled>> ack = scene.ack("b");
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    cluster.release(Call.JOIN);
    joining.refuse(new CommitFailedException());

    assertThat(scene.answers(retry)).containsExactly(Settled.STALE);
    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).isEmpty();
    assertThat(cluster.isDone(0, 0)).isFalse();
  }

  @Test
  void beginning_that_a_transaction_tells_of_is_stale_once_its_partition_is_lost() {
    scene.send(0, "a", "b", "c");
    cluster.hold(Call.COMMIT, Call.STORE, Call.END);
    CompletableFuture<List<Settled>> ack = scene.ack("c");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    CompletableFuture<List<Settled>> begin = scene.begin("b");
    scene.asked(Call.STORE).accept();
    scene.pass(Duration.ofMillis(20));
    out.accept();
    Question deciding = scene.asked(Call.END);
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    deciding.accept();

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    assertThat(scene.answers(begin)).containsExactly(Settled.STALE);
  }

  @Test
  void partition_that_comes_back_undecided_waits_until_it_is_decided() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    Question deciding = scene.asked(Call.END);
    scene.member().loses(0);
    scene.member().gives(0);
    scene.pass(Duration.ofSeconds(3));
    assertThat(scene.handedOver()).containsExactlyInAnyOrder("a", "b");
    cluster.release(Call.END);
    deciding.accept();

    assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
    scene.until("the copy to come", () -> scene.handedOver().size() == 3);
    scene.pass(Duration.ofSeconds(5));
    assertThat(scene.message("a").attempt()).isEqualTo(2);
    assertThat(scene.handedOver()).containsExactlyInAnyOrder("a", "b", "a");
  }
}
