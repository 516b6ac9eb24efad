// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultProxyTest {
  private static final Duration BOUND = Duration.ofSeconds(5);

  private ServerSocket listener;
  private FaultProxy proxy;
  private Socket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    proxy = new FaultProxy(listener.getLocalPort());
    client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    server = listener.accept();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    proxy.close();
    listener.close();
  }

  @Test
  void bytes_pass_both_ways() throws IOException {
    client.getOutputStream().write(7);
    assertThat(server.getInputStream().read()).isEqualTo(7);

    server.getOutputStream().write(8);
    assertThat(client.getInputStream().read()).isEqualTo(8);
  }

  @Test
  void an_answer_is_dropped_and_its_request_is_not() throws IOException {
    proxy.drop(Direction.TO_CLIENT);

    server.getOutputStream().write(1);
    client.getOutputStream().write(2);

    assertThat(server.getInputStream().read()).isEqualTo(2);
    assertThat(client.getInputStream().available()).isZero();
  }

  @Test
  void a_connection_that_lost_bytes_is_reset_by_the_healing() throws IOException {
    proxy.drop(Direction.TO_SERVER);
    client.getOutputStream().write(1);
    Poll.until("the byte to vanish", BOUND, proxy::hasLost);

    proxy.heal();

    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
  }

  @Test
  void what_is_held_arrives_after_the_healing() throws IOException {
    proxy.hold(Direction.TO_SERVER);
    client.getOutputStream().write(5);
    server.getOutputStream().write(6);
    assertThat(client.getInputStream().read()).isEqualTo(6);
    assertThat(server.getInputStream().available()).isZero();

    proxy.heal();

    assertThat(server.getInputStream().read()).isEqualTo(5);
  }

  @Test
  void connections_are_reset_after_so_many_bytes_and_new_ones_are_not() throws IOException {
    proxy.resetAfter(Direction.TO_SERVER, 3);

    client.getOutputStream().write(new byte[] {1, 2, 3, 4});

    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    try (Socket next = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        Socket accepted = listener.accept()) {
      next.getOutputStream().write(new byte[] {5, 6, 7, 8});
      assertThat(accepted.getInputStream().readNBytes(4)).containsExactly(5, 6, 7, 8);
    }
  }
}
