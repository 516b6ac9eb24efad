// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is learned of a partition before it is read. */
@Timeout(60)
class LoadingTest {
  private final QueueScene scene = new QueueScene();
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  private long committed(int partition) {
    return cluster
        .committed(FakeCluster.partition(partition))
        .map(OffsetAndMetadata::offset)
        .orElse(-1L);
  }

  @Test
  void partition_of_which_nothing_is_told_holds_up_no_other() {
    cluster.silence(0);
    scene.member().gives(0, 1, 2);
    scene.send(0, "a");
    scene.send(1, "b");
    scene.send(2, "c");
    scene.until("the others", () -> scene.handedOver().size() == 2);
    assertThat(scene.handedOver()).containsExactlyInAnyOrder("b", "c");
    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.DONE);
    scene.pass(Duration.ofSeconds(30));
    assertThat(scene.handedOver()).hasSize(2);

    cluster.speak(0);
    scene.until("the silent one", () -> scene.handedOver().contains("a"));
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
  }

  @Test
  void partition_of_which_nothing_is_told_does_not_slow_the_others_down() {
    cluster.silence(0);
    scene.member().gives(0, 1, 2, 3);
    scene.send(2, IntStream.range(0, 40).mapToObj(i -> "m" + i).toArray(String[]::new));
    Instant begin = scene.time().instant();
    scene.until("the messages", () -> scene.handedOver().size() == 40);
    assertThat(since(begin)).isLessThan(Duration.ofSeconds(4));

    for (int i = 0; i < 40; i++) {
      assertThat(scene.answers(scene.ack("m" + i))).containsExactly(Settled.DONE);
    }
    assertThat(since(begin)).isLessThan(Duration.ofSeconds(10));
  }

  private Duration since(Instant begin) {
    return Duration.between(begin, scene.time().instant());
  }

  @Test
  void word_that_does_not_come_once_is_asked_for_again() {
    cluster.hold(Call.ENDS);
    scene.member().gives(0);
    scene.asked(Call.ENDS);
    cluster.release(Call.ENDS);
    scene.send(0, "a");

    scene.until("the message", () -> scene.handedOver().contains("a"));
  }

  @Test
  void partition_that_goes_before_anything_is_known_of_it_is_not_committed() {
    cluster.silence(0);
    scene.member().gives(0, 1);
    scene.send(1, "b");
    scene.until("the other", () -> scene.handedOver().contains("b"));
    scene.member().revokes(0, 1);
    scene.pass(QueueScene.GRACE.plusSeconds(1));

    assertThat(committed(0)).isEqualTo(-1);
    assertThat(committed(1)).isZero();
  }

  @Test
  void topic_that_is_made_anew_begins_at_its_beginning() {
    scene.member().gives(0);
    scene.send(0, "a", "b", "c");
    scene.begun("a", "b", "c");
    scene.answers(scene.ack("a"));
    scene.answers(scene.ack("b"));
    cluster.makeAnew();
    scene.send(0, "d");
    scene.until("the new message", () -> scene.handedOver().contains("d"));

    assertThat(scene.message("d").attempt()).isOne();
    assertThat(scene.answers(scene.ack("c"))).as("of the old log").containsExactly(Settled.STALE);
    scene.pass(Duration.ofSeconds(1));
    assertThat(committed(0)).isZero();
    assertThat(scene.answers(scene.ack("d"))).containsExactly(Settled.DONE);
    assertThat(committed(0)).isOne();
  }

  @Test
  void commit_of_a_topic_that_was_made_anew_since_is_replaced() {
    scene.member().gives(0);
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question out = scene.asked(Call.COMMIT);
    cluster.commit(Map.of(FakeCluster.partition(0), new OffsetAndMetadata(0)));
    cluster.makeAnew();
    scene.send(0, "d");
    scene.until("the new message", () -> scene.handedOver().contains("d"));
    cluster.release(Call.COMMIT);
    out.accept();
    assertThat(committed(0)).as("of the old log").isOne();

    scene.pass(Duration.ofSeconds(3));

    assertThat(ack).isDone();
    assertThat(committed(0)).isZero();
    assertThat(cluster.isDone(0, 0)).as("the new message").isFalse();
  }

  @Test
  void log_that_ends_before_what_is_known_of_it_was_made_anew() {
    cluster.commit(Map.of(FakeCluster.partition(0), new OffsetAndMetadata(7)));
    scene.send(0, "a");
    scene.member().gives(0);

    scene.until("the message", () -> scene.handedOver().contains("a"));
    scene.pass(Duration.ofSeconds(1));
    assertThat(committed(0)).isZero();
  }

  @Test
  void offsets_without_messages_are_committed_though_nobody_asks() {
    scene.member().gives(0);
    scene.send(0, "a");
    scene.answers(scene.ack("a"));
    scene.mark(0);
    scene.pass(Duration.ofSeconds(3));

    assertThat(committed(0)).isEqualTo(2);
  }
}
