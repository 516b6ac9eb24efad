// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a commit waits for more to tell, and when it does not. */
@Timeout(60)
class CommitPaceTest {
  private static final int MANY = 40;
  private static final Duration TURN = Duration.ofNanos(200_000);

  private final QueueScene scene = new QueueScene(0);
  private final FakeCluster cluster = scene.cluster();

  @BeforeEach
  void commitIsAnswered() {
    scene.send(0, ids(0, MANY));
    assertThat(scene.answers(scene.ack("0"))).containsExactly(Settled.DONE);
    cluster.hold(Call.COMMIT);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static String[] ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
  }

  private Question out() {
    scene.rests();
    return cluster.next(Call.COMMIT).orElseThrow();
  }

  @Test
  void ends_that_follow_one_another_are_told_together() {
    CompletableFuture<List<Settled>> first = scene.ack("1");
    scene.pass(Duration.ofMillis(1));
    CompletableFuture<List<Settled>> second = scene.ack("2");
    assertThat(cluster.isAsked(Call.COMMIT)).isFalse();

    scene.pass(Duration.ofMillis(2));
    out().accept();

    assertThat(scene.answers(first)).containsExactly(Settled.DONE);
    assertThat(scene.answers(second)).containsExactly(Settled.DONE);
  }

  @Test
  void beginning_keeps_a_handler_waiting_and_is_told_with_what_has_gathered() {
    CompletableFuture<List<Settled>> end = scene.ack("1");
    CompletableFuture<List<Settled>> begin = scene.begin("2");

    scene.pass(TURN);
    out().accept();

    assertThat(scene.answers(begin)).containsExactly(Settled.DONE);
    assertThat(scene.answers(end)).containsExactly(Settled.DONE);
  }

  @Test
  void ends_wait_for_nobody_when_few_are_left() {
    List<CompletableFuture<List<Settled>>> ends =
        IntStream.range(1, MANY - 15).mapToObj(id -> scene.ack(Integer.toString(id))).toList();

    scene.pass(TURN);
    out().accept();

    ends.forEach(end -> assertThat(scene.answers(end)).containsExactly(Settled.DONE));
  }
}
