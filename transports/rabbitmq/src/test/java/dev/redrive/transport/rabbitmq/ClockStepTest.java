// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Timers;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wall clock of this process is set; the broker's cannot be. */
class ClockStepTest {
  private final RealTime time = new RealTime(3);
  private final AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
  private RabbitTransport transport;

  /** No time of day that anybody waits for ever comes, as if the clock was set back each time. */
  private final class SetBack implements Timers {
    @Override
    public Timer at(Instant when, Runnable action) {
      return () -> true;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
      return time.after(delay, action);
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }
  }

  @BeforeEach
  void open() {
    Environment real = time.environment();
    transport =
        RabbitTransport.open(
            RabbitScene.config(RabbitServer.shared()).build(),
            new Environment(
                () -> real.clock().instant().plus(step.get()),
                new SetBack(),
                real.random(),
                real.executor(),
                real.threads()));
  }

  @AfterEach
  void close() {
    transport.close();
    time.close();
  }

  private void provision(String queue) {
    assertThat(
            transport.provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO)))
        .succeedsWithin(RabbitScene.BOUND);
  }

  @Test
  void step_forward_ends_no_lease() {
    provision("clock-forward");
    Instant now = time.environment().clock().instant();
    RabbitScene.await(transport.publish("clock-forward", List.of(RabbitScene.message("m", now))));
    RabbitScene.Worker worker = RabbitScene.worker(transport, "clock-forward");
    InMessage message = worker.next();

    step.set(Duration.ofHours(2));
    worker.subscription().request(1);

    assertThat(RabbitScene.await(worker.subscription().begin(List.of(message.lease()))))
        .containsExactly(Settled.DONE);
    assertThat(worker.ack(message)).isEqualTo(Settled.DONE);
  }

  @Test
  void step_back_keeps_no_queue_from_being_provisioned() throws Exception {
    try (RabbitScene scene = new RabbitScene(RabbitServer.shared())) {
      scene.channel().queueDelete("clock-back");
    }

    provision("clock-back");
  }
}
