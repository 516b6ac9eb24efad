// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** Opening where there is no broker. */
class OpeningTest {
  @Test
  void a_transport_that_cannot_be_opened_leaves_no_thread_behind() throws IOException {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    try (RealTime time = new RealTime(6)) {
      Environment real = time.environment();
      ThreadFactory noting =
          task -> {
            Thread thread = real.threads().newThread(task);
            threads.add(thread);
            return thread;
          };
      Environment environment =
          new Environment(real.clock(), real.timers(), real.random(), real.executor(), noting);
      RabbitTransportConfig nowhere =
          RabbitTransportConfig.builder()
              .hosts(List.of("127.0.0.1:" + closedPort()))
              .reconnectTries(1)
              .build();

      assertThatThrownBy(() -> RabbitTransport.open(nowhere, environment))
          .isInstanceOf(TransportException.class);

      assertThat(threads).isNotEmpty();
      Poll.until(
          "the end of all threads",
          Duration.ofSeconds(20),
          () -> threads.stream().noneMatch(Thread::isAlive));
    }
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
