// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A connection on which anything can be written, sound or not. */
public final class RawHttp implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = (int) Api.BOUND.toMillis();

  /** Little, so that a client that does not read is soon noticed. */
  private static final int RECEIVE_BYTES = 16 * 1_024;

  private final Socket socket;

  /** Connects. */
  public RawHttp(InetSocketAddress address) throws IOException {
    this.socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BYTES);
    socket.connect(address);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
  }

  /** Writes these characters as bytes. */
  public void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Writes these characters as far as the other side takes them: it may have had enough before. */
  public void writeWhatIsTaken(String text) throws IOException {
    try {
      write(text);
    } catch (SocketException e) {
      // What it answered can still be read.
    }
  }

  /** Writes these lines, and the empty one that ends a head. */
  public void head(String... lines) throws IOException {
    write(String.join("\r\n", lines) + "\r\n\r\n");
  }

  /** One answer with its body; empty if the connection was closed instead. */
  public String answer() throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = readOrEnd(in);
      if (next < 0) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
      head.write(next);
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    return text + new String(in.readNBytes(length(text)), StandardCharsets.UTF_8);
  }

  /** Everything until the other side closes the connection. */
  public String rest() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // A reset is an end too: the other side had not read all that was written.
      return all.toString(StandardCharsets.ISO_8859_1);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  private static int readOrEnd(InputStream in) throws IOException {
    try {
      return in.read();
    } catch (SocketException e) {
      // A reset is an end too: the other side had not read all that was written.
      return -1;
    }
  }

  private static int length(String head) {
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        return Integer.parseInt(line.substring("content-length:".length()).strip());
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
