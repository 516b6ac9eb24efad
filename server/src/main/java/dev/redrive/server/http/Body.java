// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads a body as a whole, refusing one that is too large before it is read, or, where its length
 * is not told, as soon as it is. What all bodies hold at once is bounded too.
 */
final class Body implements BodyStream.Sink {
  private static final int UNKNOWN = -1;

  private final Exchange exchange;
  private final int bytesMax;
  private final Consumer<byte[]> next;
  private final List<Buffer> pieces = new ArrayList<>(1);
  private int length;
  private long taken;

  Body(Exchange exchange, int bytesMax, Consumer<byte[]> next) {
    this.exchange = exchange;
    this.bytesMax = bytesMax;
    this.next = next;
  }

  void read() {
    long declared = declared();
    if (declared > bytesMax) {
      throw tooLarge().asException();
    }
    if (declared > 0) {
      take(declared);
    }
    exchange.stream().read(this);
  }

  @Override
  public void piece(Buffer piece) {
    if (piece.length() > bytesMax - length) {
      throw tooLarge().asException();
    }
    length += piece.length();
    if (length > taken) {
      take(length - taken);
    }
    pieces.add(piece);
  }

  @Override
  public void end() {
    next.accept(bytes());
  }

  @Override
  public void broken() {
    pieces.clear();
  }

  private byte[] bytes() {
    if (pieces.size() == 1) {
      return pieces.get(0).getBytes();
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (Buffer piece : pieces) {
      piece.getBytes(bytes, at);
      at += piece.length();
    }
    pieces.clear();
    return bytes;
  }

  private long declared() {
    String length = exchange.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    // More than 18 digits are more than any limit; the decoder let only digits through.
    return length == null
        ? UNKNOWN
        : length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length);
  }

  private void take(long amount) {
    exchange.memory(amount);
    taken += amount;
  }

  private Problem tooLarge() {
    return Problem.of(
        413,
        "body-too-large",
        "The body is too large",
        "a body may have at most "
            + bytesMax
            + " bytes here: send less, or keep the data elsewhere and send its address");
  }
}
