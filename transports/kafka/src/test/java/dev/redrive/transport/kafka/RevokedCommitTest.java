// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Partitions go while a commit without a transaction is on its way. */
@Timeout(60)
class RevokedCommitTest {
  private final QueueScene scene = new QueueScene(0, 1);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void answer_that_comes_before_the_partition_goes_is_done() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT).accept();
    cluster.hold(Call.COMMIT_NOW);
    scene.member().revokes(0);

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    scene.asked(Call.COMMIT_NOW).refuse(new CommitFailedException());
    assertThat(cluster.isDone(0, 0)).isTrue();
  }

  @Test
  void commit_without_an_answer_is_made_again_before_the_partition_goes() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.member().revokes(0);
    scene.pass(QueueScene.MOMENT);

    assertThat(ack).isCompletedWithValue(List.of(Settled.DONE));
    assertThat(cluster.isDone(0, 0)).isTrue();
  }

  @Test
  void what_was_lost_before_is_not_told_to_be_done_by_a_commit_that_leaves_it_out() {
    scene.send(0, "a");
    scene.send(1, "b", "c");
    scene.begun("c");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> acks =
        scene.settle(new Settlement.Ack(scene.lease("a")), new Settlement.Ack(scene.lease("b")));
    scene.asked(Call.COMMIT);
    scene.member().loses(0);
    scene.member().revokes(1);

    assertThat(scene.answers(acks)).containsExactly(Settled.UNKNOWN, Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.isDone(1, 0)).isTrue();
  }

  @Test
  void late_word_of_a_commit_that_was_made_again_is_not_listened_to() {
    scene.send(0, "a");
    scene.send(1, "b", "c");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("b");
    Question late = scene.asked(Call.COMMIT);
    scene.member().revokes(0);
    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    scene.pass(QueueScene.GRACE);
    CompletableFuture<List<Settled>> next = scene.ack("c");
    Question out = scene.asked(Call.COMMIT);

    late.accept();
    scene.pass(Duration.ofMillis(10));

    assertThat(next).isNotDone();
    out.refuse(new CommitFailedException());
    assertThat(scene.answers(next)).containsExactly(Settled.STALE);
  }

  @Test
  void without_any_answer_nobody_is_told_more_than_is_known() {
    scene.send(0, "a", "b");
    scene.begun("b");
    cluster.hold(Call.COMMIT, Call.COMMIT_NOW);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.member().revokes(0);

    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    scene.pass(QueueScene.PATIENCE.plus(QueueScene.GRACE));
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.STALE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.asNextOwner(0).crashes(1)).as("as nobody could say otherwise").isOne();
  }

  @Test
  void hand_over_makes_up_for_the_commit_that_had_no_answer() {
    scene.send(0, "a", "b");
    scene.begun("a", "b");
    cluster.hold(Call.COMMIT, Call.COMMIT_NOW);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.member().revokes(0);
    scene.asked(Call.COMMIT_NOW);
    cluster.release(Call.COMMIT_NOW);

    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    scene.pass(QueueScene.GRACE);
    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.asNextOwner(0).crashes(1)).isZero();
  }

  @Test
  void tasks_do_not_disturb_the_hand_over_of_a_partition_that_goes() {
    scene.send(0, "a");
    scene.begun("a");
    cluster.hold(Call.COMMIT_NOW);
    scene.member().revokes(0);
    scene.pass(QueueScene.GRACE);
    Question handOver = scene.asked(Call.COMMIT_NOW);
    for (int i = 0; i < 50; i++) {
      scene.consumption().thread().execute(() -> {});
      scene.rests();
    }
    assertThat(cluster.isAsked(Call.COMMIT_NOW)).as("asked once more").isFalse();
    handOver.accept();
    cluster.release(Call.COMMIT_NOW);
    scene.rests();

    assertThat(cluster.asNextOwner(0).crashes(0)).as("nothing was cut off").isZero();
  }

  @Test
  void refused_commit_of_a_partition_that_goes_settles_nothing() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT, Call.COMMIT_NOW);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.member().revokes(0);
    scene.asked(Call.COMMIT_NOW).refuse(new CommitFailedException());

    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    cluster.release(Call.COMMIT_NOW);
    scene.pass(QueueScene.GRACE);
    assertThat(cluster.isDone(0, 0)).isFalse();
  }

  @Test
  void what_ends_in_the_grace_of_a_partition_that_goes_is_done() {
    scene.send(0, "a", "b");
    scene.begun("a", "b");
    scene.member().revokes(0);
    scene.rests();

    CompletableFuture<List<Settled>> ack = scene.ack("a");

    assertThat(ack).isCompletedWithValue(List.of(Settled.DONE));
    scene.pass(QueueScene.GRACE);
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.STALE);
    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.isDone(0, 1)).isFalse();
    assertThat(cluster.asNextOwner(0).crashes(1)).isZero();
  }

  @Test
  void accepted_commit_of_a_partition_that_was_lost_since_is_done_but_begins_nothing() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> begin = scene.begin("b");
    scene.member().loses(0);
    out.accept();

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(scene.answers(begin)).containsExactly(Settled.STALE);
    scene.pass(Duration.ofSeconds(2));
    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.asNextOwner(0).crashes(1)).isZero();
  }

  @Test
  void beginning_that_is_accepted_after_its_partition_was_lost_is_stale() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> begin = scene.begin("a");
    Question out = scene.asked(Call.COMMIT);
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    out.accept();

    assertThat(scene.answers(begin)).containsExactly(Settled.STALE);
  }

  @Test
  void refused_commit_of_a_partition_that_was_lost_is_stale() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> behind = scene.ack("b");
    scene.member().loses(0);
    scene.pass(QueueScene.MOMENT);
    out.refuse(new CommitFailedException());
    cluster.release(Call.COMMIT);

    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    assertThat(scene.answers(behind)).as("of a partition that stays").containsExactly(Settled.DONE);
    assertThat(cluster.isDone(0, 0)).isFalse();
    assertThat(cluster.isDone(1, 0)).isTrue();
  }

  @Test
  void partition_that_comes_back_knows_nothing_of_what_was_lost() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    scene.member().loses(0);
    scene.member().gives(0);
    scene.pass(QueueScene.MOMENT);
    out.refuse(new CommitFailedException());
    cluster.release(Call.COMMIT);

    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    assertThat(scene.handedOver()).containsExactly("a", "a");
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
    assertThat(scene.counted()).hasSize(1);
  }

  @Test
  void news_of_other_partitions_that_the_last_commit_could_not_tell_is_told_later() {
    scene.send(0, "a");
    scene.send(1, "b");
    cluster.hold(Call.COMMIT, Call.COMMIT_NOW);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.member().gives(2);
    cluster.mark(2);
    scene.pass(QueueScene.MOMENT);
    scene.member().revokes(0);
    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    cluster.release(Call.COMMIT, Call.COMMIT_NOW);

    scene.pass(QueueScene.PATIENCE.multipliedBy(3));

    assertThat(cluster.committed(FakeCluster.partition(2)).orElseThrow().offset()).isOne();
  }
}
