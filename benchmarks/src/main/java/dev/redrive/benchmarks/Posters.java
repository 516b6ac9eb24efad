// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Posts over kept-alive connections, on one thread and with as little work as can be, so that it is
 * the server that is measured: the request's bytes are made beforehand, and of an answer only its
 * status and its end are looked at. Each connection waits for its answer before it posts again.
 */
final class Posters implements AutoCloseable {
  private static final int CONNECTIONS = 256;
  private static final int ANSWER_BYTES_MAX = 16 * 1_024;
  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final String CONTENT_LENGTH = "content-length:";

  private final ByteBuffer request;
  private final Selector selector = Selector.open();
  private final List<Connection> connections = new ArrayList<>();

  private static final class Connection {
    private final SocketChannel channel;
    private final byte[] answer = new byte[ANSWER_BYTES_MAX];
    private final ByteBuffer filled = ByteBuffer.wrap(answer);

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  Posters(int port, String path, int bodyBytes) throws IOException {
    String text =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1:"
            + port
            + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
            + bodyBytes
            + END_OF_HEAD
            + "x".repeat(bodyBytes);
    request = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < CONNECTIONS; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.socket().setTcpNoDelay(true);
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      connections.add(connection);
    }
  }

  /** Posts so many times, each of which must be answered like this; tells how many a second. */
  double run(int count, int status) throws IOException {
    String expected = "HTTP/1.1 " + status;
    long began = System.nanoTime();
    int posted = 0;
    for (Connection connection : connections) {
      post(connection);
      posted++;
    }
    int answered = 0;
    while (answered < count) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        Connection connection = (Connection) key.attachment();
        if (isAnswered(connection, expected)) {
          answered++;
          if (posted < count) {
            post(connection);
            posted++;
          }
        }
      }
      selector.selectedKeys().clear();
    }
    return count / ((System.nanoTime() - began) / 1e9);
  }

  private void post(Connection connection) throws IOException {
    ByteBuffer bytes = request.duplicate();
    while (bytes.hasRemaining()) {
      // A request is far smaller than a socket's buffer, so this does not spin.
      connection.channel.write(bytes);
    }
  }

  private static boolean isAnswered(Connection connection, String expected) throws IOException {
    ByteBuffer filled = connection.filled;
    if (connection.channel.read(filled) < 0) {
      throw new EOFException("the server closed a connection");
    }
    String text = new String(connection.answer, 0, filled.position(), StandardCharsets.ISO_8859_1);
    int head = text.indexOf(END_OF_HEAD);
    if (head < 0 || text.length() < head + END_OF_HEAD.length() + contentLength(text, head)) {
      return false;
    }
    if (!text.startsWith(expected)) {
      throw new IOException("expected " + expected + ", got: " + text);
    }
    filled.clear();
    return true;
  }

  private static int contentLength(String text, int head) {
    String lower = text.substring(0, head).toLowerCase(Locale.ROOT);
    int at = lower.indexOf(CONTENT_LENGTH);
    if (at < 0) {
      return 0;
    }
    int end = lower.indexOf('\r', at);
    return Integer.parseInt(
        lower.substring(at + CONTENT_LENGTH.length(), end < 0 ? head : end).trim());
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }
}
