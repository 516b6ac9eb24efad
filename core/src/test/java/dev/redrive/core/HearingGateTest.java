// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Listener;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gates that hear of events, that a queue has stopped by, and that a dependency's queues share. */
class HearingGateTest {
  private final World world = new World();
  private final List<Stop> made = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
  }

  /** Holds its queue once one of its messages has succeeded, until it is released. */
  private static final class Stop implements Breaker, Listener {
    private final String subject;
    private final List<String> heard = new ArrayList<>();
    private boolean isStopped;

    Stop(String subject) {
      this.subject = subject;
    }

    @Override
    public void on(Event event) {
      heard.add(event.queue());
      isStopped = isStopped || event instanceof Event.Succeeded;
    }

    @Override
    public Answer ask(Candidate candidate) {
      return isStopped
          ? new Answer.Wait(Duration.ofHours(1), "stopped", Answer.Reach.QUEUE)
          : new Answer.Pass(Permit.NONE);
    }

    @Override
    public void release() {
      isStopped = false;
    }

    @Override
    public void force(boolean isOpen) {
      isStopped = isOpen;
    }

    @Override
    public State state() {
      return isStopped ? State.OPEN : State.CLOSED;
    }

    @Override
    public String name() {
      return "stop";
    }

    @Override
    public GateStatus status() {
      return new GateStatus(GateStatus.State.PASSING, "");
    }
  }

  /** Makes stops; all factories of the same kind are equal. */
  private record Stops(List<Stop> made, boolean isOfDependency) implements GateFactory {
    @Override
    public Stop create(String subject, GateTime time) {
      Stop stop = new Stop(subject);
      made.add(stop);
      return stop;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Stops stops && stops.isOfDependency == isOfDependency;
    }

    @Override
    public int hashCode() {
      return Boolean.hashCode(isOfDependency);
    }
  }

  private Queue<String> queue(String name, GateFactory... gates) {
    return world
        .redrive()
        .queue(QueueOptions.builder(name, Codec.text()).concurrency(1).gates(gates).build());
  }

  @Test
  void a_gate_that_listens_hears_of_its_queue_alone() {
    Queue<String> orders = queue("orders", new Stops(made, false));
    Queue<String> others = queue("others");

    world.get(others.send(message("a")));
    world.get(orders.send(message("b")));

    assertThat(made).hasSize(1);
    assertThat(made.get(0).heard).containsExactly("orders");
    assertThat(made.get(0).subject).isEqualTo("orders");
  }

  @Test
  void a_gate_that_was_left_out_hears_nothing_more_and_one_that_stays_hears_once() {
    queue("orders", new Stops(made, false));
    Queue<String> again = queue("orders", new Stops(made, false));
    world.get(again.send(message("a")));
    assertThat(made).hasSize(1);
    assertThat(made.get(0).heard).hasSize(1);

    Queue<String> without = queue("orders");
    world.get(without.send(message("b")));

    assertThat(made.get(0).heard).hasSize(1);
  }

  @Test
  void resuming_a_queue_releases_the_gates_that_stopped_it() {
    Queue<String> queue = queue("orders", new Stops(made, false));
    List<String> handled = new ArrayList<>();
    queue.handle(message -> handled.add(message.id()));
    world.get(queue.send(message("a")));
    world.advance(Duration.ofSeconds(1));
    world.get(queue.send(message("b")));
    world.advance(Duration.ofMinutes(1));
    assertThat(handled).containsExactly("a");

    queue.resume();
    world.advance(Duration.ofSeconds(1));

    assertThat(handled).containsExactly("a", "b");
  }

  @Test
  void queues_of_a_dependency_share_a_gate_that_is_of_the_dependency() {
    Queue<String> orders = ofDependency("orders", new Stops(made, true));
    Queue<String> others = ofDependency("others", new Stops(made, true));
    ofDependency("others", new Stops(made, true));

    world.get(orders.send(message("a")));
    world.get(others.send(message("b")));

    assertThat(made).hasSize(1);
    assertThat(made.get(0).subject).isEqualTo("psp");
    assertThat(made.get(0).heard).containsExactly("orders", "others");
  }

  private Queue<String> ofDependency(String name, GateFactory gate) {
    return world
        .redrive()
        .queue(QueueOptions.builder(name, Codec.text()).dependency("psp").gates(gate).build());
  }

  @Test
  void queues_of_a_dependency_share_no_other_gate() {
    ofDependency("orders", new Stops(made, false));
    ofDependency("others", new Stops(made, false));

    assertThat(made).extracting(stop -> stop.subject).containsExactly("orders", "others");
  }

  @Test
  void without_a_dependency_queues_share_nothing() {
    queue("orders", new Stops(made, true));
    queue("others", new Stops(made, true));

    assertThat(made).extracting(stop -> stop.subject).containsExactly("orders", "others");
  }
}
