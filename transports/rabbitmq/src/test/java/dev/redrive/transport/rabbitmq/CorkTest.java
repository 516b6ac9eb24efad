// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CorkTest {
  private final Cork cork = new Cork();
  private ServerSocket listener;
  private Socket near;
  private Socket far;
  private OutputStream out;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    near = cork.createSocket();
    near.connect(listener.getLocalSocketAddress());
    far = listener.accept();
    out = near.getOutputStream();
  }

  @AfterEach
  void close() throws IOException {
    near.close();
    far.close();
    listener.close();
  }

  private void writeFlushed(String text) throws IOException {
    for (byte octet : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      out.write(octet);
    }
    out.flush();
  }

  @Test
  void what_is_flushed_while_held_leaves_at_the_release_in_order() throws IOException {
    writeFlushed("a");
    assertThat(far.getInputStream().readNBytes(1)).isEqualTo(new byte[] {'a'});

    cork.hold();
    writeFlushed("b");
    writeFlushed("c");
    assertThat(far.getInputStream().available()).isZero();

    cork.release();
    assertThat(far.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'b', 'c'});
  }

  @Test
  void more_than_can_be_held_leaves_at_once_and_in_order() throws IOException {
    byte[] much = new byte[100_000];
    Arrays.fill(much, (byte) 'm');
    cork.hold();
    writeFlushed("a");

    out.write(much);

    assertThat(far.getInputStream().readNBytes(1)).isEqualTo(new byte[] {'a'});
    assertThat(far.getInputStream().readNBytes(much.length)).isEqualTo(much);
  }
}
