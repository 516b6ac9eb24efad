// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a commit without a transaction can be answered with, and when. */
@Timeout(60)
class CommitAnswersTest {
  private final QueueScene scene = new QueueScene(0, 1);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  static Stream<KafkaException> noAnswers() {
    return Stream.of(
        new RebalanceInProgressException("partitions change hands"),
        new StaleMemberEpochException("partitions change hands"),
        new RetriableCommitFailedException("no coordinator"),
        new TimeoutException("late"));
  }

  static Stream<KafkaException> refusals() {
    return Stream.of(new CommitFailedException(), new GroupAuthorizationException("group"));
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void what_says_nothing_of_the_commit_is_made_up_for_by_the_next_one(KafkaException failure) {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT).refuse(failure);
    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    assertThat(cluster.isDone(0, 0)).isFalse();
    cluster.release(Call.COMMIT);

    scene.pass(Duration.ofSeconds(1));

    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(scene.handedOver()).as("and nothing of it comes again").containsExactly("a", "b");
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.DONE);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void what_was_refused_comes_again(KafkaException failure) {
    scene.send(0, "a", "b");
    scene.send(1, "c");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT).refuse(failure);
    cluster.release(Call.COMMIT);

    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    assertThat(scene.answers(scene.begin("c"))).containsExactly(Settled.DONE);
    scene.until("both to come again", () -> scene.handedOver().size() == 5);
    assertThat(scene.handedOver()).endsWith("a", "b");
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
    assertThat(scene.counted()).hasSize(1);
  }

  @Test
  void attempt_whose_beginning_was_accepted_after_its_lease_ended_did_not_begin() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    scene.subscription().renew(List.of(scene.lease("a")), Duration.ofMillis(100));
    CompletableFuture<List<Settled>> begin = scene.begin("a");
    Question out = scene.asked(Call.COMMIT);
    scene.pass(Duration.ofMillis(200));
    out.accept();
    cluster.release(Call.COMMIT);

    assertThat(scene.answers(begin)).containsExactly(Settled.STALE);
    assertThat(scene.handedOver()).containsExactly("a", "a");
    assertThat(scene.message("a").attempt()).isOne();
    scene.pass(Duration.ofSeconds(2));
    assertThat(cluster.asNextOwner(0).crashes(0)).as("a crash now cuts nothing off").isZero();
  }

  @Test
  void beginning_that_waits_behind_a_commit_while_its_lease_ends_is_stale() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    scene.subscription().renew(List.of(scene.lease("b")), Duration.ofMillis(100));
    CompletableFuture<List<Settled>> begin = scene.begin("b");
    scene.pass(Duration.ofMillis(200));
    out.accept();

    assertThat(scene.answers(begin)).containsExactly(Settled.STALE);
    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(cluster.isAsked(Call.COMMIT)).isFalse();
    assertThat(cluster.asNextOwner(0).crashes(1)).isZero();
  }

  @Test
  void settlement_that_is_on_its_way_outlives_the_lease() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    scene.subscription().renew(List.of(scene.lease("a")), Duration.ofMillis(100));
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    scene.pass(Duration.ofMillis(200));
    out.accept();

    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    assertThat(scene.handedOver()).containsExactly("a");
  }

  @Test
  void nobody_waits_longer_than_the_request_time_for_a_commit_or_behind_it() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> first = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    CompletableFuture<List<Settled>> second = scene.ack("b");
    scene.pass(QueueScene.PATIENCE.plusSeconds(1));
    assertThat(first).isCompletedWithValue(List.of(Settled.UNKNOWN));
    assertThat(second).isCompletedWithValue(List.of(Settled.UNKNOWN));

    cluster.release(Call.COMMIT);
    out.accept();
    scene.pass(Duration.ofSeconds(1));

    assertThat(cluster.isDone(0, 0)).isTrue();
    assertThat(cluster.isDone(0, 1)).isTrue();
    assertThat(scene.handedOver()).containsExactly("a", "b");
  }

  @Test
  void poll_that_fails_for_good_makes_the_member_anew() {
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    scene.member().fails(new KafkaException("of no use any more"));

    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.STALE);
    out.refuse(new CommitFailedException());
    scene.until("another member", () -> scene.memberCount() == 2);
    cluster.release(Call.COMMIT);
    scene.member().gives(0);
    scene.until("both to come again", () -> scene.handedOver().size() == 4);
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
  }
}
