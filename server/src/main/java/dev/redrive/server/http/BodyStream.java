// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The body of a request as it comes. Used on the exchange's event loop only. */
public final class BodyStream {
  private final Exchange exchange;
  private final Peer peer;
  private final HttpServerRequest request;

  BodyStream(Exchange exchange, Peer peer) {
    this.exchange = exchange;
    this.peer = peer;
    this.request = exchange.request();
  }

  /** What becomes of a body. */
  public interface Sink {
    /** The next piece; what it throws is answered. */
    void piece(Buffer piece);

    /** There is no more; what it throws is answered. */
    void end();

    /** The rest will not come: the peer is gone, or what it sends is no body. */
    void broken();
  }

  /** Begins reading. */
  public void read(Sink sink) {
    peer.await(Peer.Awaited.BODY);
    request.handler(
        piece -> {
          peer.received(piece.length());
          exchange.guarded(() -> sink.piece(piece));
        });
    request.endHandler(
        end -> {
          if (peer.awaited() == Peer.Awaited.BODY) {
            peer.await(Peer.Awaited.NOTHING);
          }
          exchange.guarded(sink::end);
        });
    request.exceptionHandler(
        failure -> {
          sink.broken();
          exchange.fail(Problem.invalid("the body breaks off, or is no sound chunked body"));
          peer.close();
        });
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      exchange.response().writeContinue();
    }
  }

  /** Takes no more for now; the time that passes is not the peer's. */
  public void pause() {
    request.pause();
    peer.await(Peer.Awaited.NOTHING);
  }

  /**
   * As {@link #pause}, until the peer has read some of the answer; one that reads too slowly is
   * closed.
   */
  public void pauseForReader() {
    request.pause();
    peer.await(Peer.Awaited.READING);
  }

  /** Goes on. */
  public void resume() {
    peer.await(request.isEnded() ? Peer.Awaited.NOTHING : Peer.Awaited.BODY);
    request.resume();
  }
}
