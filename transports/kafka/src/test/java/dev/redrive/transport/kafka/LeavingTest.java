// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Sink;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A consumer, and the last one, ends in the middle of something. */
@Timeout(60)
class LeavingTest {

  /** Does something in the middle of a hand-over, once it is known what. */
  private static final class Within implements Sink {
    private final List<String> handed = new CopyOnWriteArrayList<>();
    private volatile Runnable todo = () -> {};

    @Override
    public void accept(List<InMessage> messages) {
      messages.forEach(each -> handed.add(each.id()));
      todo.run();
    }
  }

  @Test
  void subscription_that_closes_in_a_call_of_its_sink_is_not_called_again() {
    Within sink = new Within();
    try (QueueScene scene = new QueueScene(Optional.of(sink), 0)) {
      sink.todo = scene.subscription()::close;
      scene.send(0, "a", "b");
      scene.send(0, "c");
      scene.pass(Duration.ofSeconds(1));

      assertThat(sink.handed).containsExactly("a", "b");
      assertThat(scene.member().isClosed()).as("the last one has left").isTrue();
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isFalse();
    }
  }

  @Test
  void what_a_subscription_held_that_closes_in_its_sink_goes_to_the_next_one_at_once() {
    Within sink = new Within();
    try (QueueScene scene = new QueueScene(Optional.of(sink), 0)) {
      Within other = new Within();
      sink.todo =
          () -> {
            scene.subscribe(other, QueueScene.LEASE);
            scene.subscription().close();
          };
      scene.send(0, "a", "b");

      assertThat(other.handed).containsExactly("a", "b");
      assertThat(scene.member().isClosed()).isFalse();
    }
  }

  @Test
  void end_in_a_call_of_a_sink_gives_everything_back() {
    Within sink = new Within();
    try (QueueScene scene = new QueueScene(Optional.of(sink), 0)) {
      sink.todo = scene.consumption()::end;
      scene.send(0, "a");
      scene.until("the end", scene::isEnded);

      assertThat(scene.member().isClosed()).isTrue();
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isFalse();
    }
  }

  @Test
  void subscription_that_comes_after_the_end_has_begun_does_not_hold_it_up() {
    Within sink = new Within();
    try (QueueScene scene = new QueueScene(Optional.of(sink), 0)) {
      sink.todo =
          () -> {
            scene.consumption().end();
            scene.subscribe(new Within(), QueueScene.LEASE);
          };
      scene.send(0, "a");

      scene.until("the end", scene::isEnded);
    }
  }

  @Test
  void end_while_a_commit_is_out_makes_it_again_and_answers() {
    try (QueueScene scene = new QueueScene(0)) {
      scene.send(0, "a", "b");
      scene.begun("a", "b");
      scene.cluster().hold(Call.COMMIT);
      CompletableFuture<List<Settled>> ack = scene.ack("a");
      scene.asked(Call.COMMIT);
      scene.aside(scene.consumption()::end);

      assertThat(ack).isCompletedWithValue(List.of(Settled.DONE));
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isTrue();
      assertThat(scene.cluster().asNextOwner(0).crashes(1)).as("given back").isZero();
      assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.STALE);
    }
  }

  @Test
  void end_while_nothing_is_answered_tells_no_more_than_is_known() {
    try (QueueScene scene = new QueueScene(0)) {
      scene.send(0, "a", "b", "c");
      scene.cluster().hold(Call.COMMIT, Call.COMMIT_NOW, Call.STORE);
      CompletableFuture<List<Settled>> ack = scene.ack("a");
      CompletableFuture<List<Settled>> retry = scene.retry("b");
      CompletableFuture<List<Settled>> behind = scene.ack("c");
      Question copying = scene.asked(Call.STORE);
      scene.aside(scene.consumption()::end);

      assertThat(scene.isEnded()).isTrue();
      assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
      assertThat(scene.answers(behind)).isNotEqualTo(List.of(Settled.DONE));
      copying.accept();
      assertThat(scene.answers(retry)).containsExactly(Settled.STALE);
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isFalse();
      assertThat(scene.cluster().copies()).isEmpty();
    }
  }

  @Test
  void end_while_a_transaction_is_undecided_leaves_its_partition_alone() {
    try (QueueScene scene = new QueueScene(0, 1)) {
      scene.send(0, "a");
      scene.send(1, "b");
      scene.begun("a", "b");
      scene.cluster().hold(Call.END);
      CompletableFuture<List<Settled>> retry = scene.retry("a");
      Question deciding = scene.asked(Call.END);
      scene.aside(scene.consumption()::end);
      assertThat(scene.cluster().asNextOwner(1).crashes(0)).as("given back").isZero();
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isFalse();
      deciding.accept();

      assertThat(scene.answers(retry)).containsExactly(Settled.DONE);
      assertThat(scene.cluster().asNextOwner(0).isDone(0)).isTrue();
    }
  }

  @Test
  void what_is_asked_within_a_call_of_a_sink_is_answered_after_it() {
    Within sink = new Within();
    try (QueueScene scene = new QueueScene(Optional.of(sink), 0)) {
      sink.todo = () -> scene.subscription().request(1);
      scene.send(0, "a");
      scene.send(0, "b");

      assertThat(sink.handed).containsExactly("a", "b");
    }
  }

  @Test
  void subscription_that_closes_while_partitions_go_leaves_after_that() {
    try (QueueScene scene = new QueueScene(0, 1)) {
      scene.send(0, "a");
      scene.send(1, "b");
      scene.begun("a", "b");
      scene.member().revokes(0);
      scene.pass(QueueScene.MOMENT);
      scene.aside(scene.subscription()::close);
      scene.until("it to have left", () -> scene.member().isClosed());

      assertThat(scene.member().isClosedWithin()).isFalse();
      assertThat(scene.cluster().asNextOwner(0).crashes(0)).isZero();
      assertThat(scene.cluster().asNextOwner(1).crashes(0)).isZero();
    }
  }
}
