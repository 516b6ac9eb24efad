// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.Receipt;
import dev.redrive.Refusal;
import dev.redrive.SendResult;
import dev.redrive.server.http.BodyStream;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Failures;
import dev.redrive.server.http.Problem;
import dev.redrive.server.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A batch on its way: lines are read, sent and answered at once. Natural batching: what has come
 * while the last lot was being stored is the next lot. When too much has come, or the client does
 * not read its answers, no more is taken. Used on the exchange's event loop only.
 */
final class Batch implements BodyStream.Sink {
  private static final String NDJSON = "application/x-ndjson";
  private static final int LINES_WAITING_MAX = 1_000;
  private static final int BYTES_WAITING_MAX = 1 << 20;

  /** What a line may have besides its payload: Base64's third, escapes, headers. */
  private static final int LINE_OVERHEAD_MAX = 64 * 1_024;

  private final Exchange exchange;
  private final Queue<byte[]> queue;
  private final int bodyMax;
  private final int batchMax;
  private final BodyStream body;
  private final LineSplitter splitter;
  private List<Line> waiting = new ArrayList<>();
  private int bytesWaiting;
  private int count;
  private boolean isSending;
  private boolean isPaused;
  private boolean isEnded;

  /** A line that is a message, or one with a problem. */
  private record Line(int number, Optional<Outgoing<byte[]>> message, Optional<Problem> problem) {}

  Batch(Exchange exchange, Queue<byte[]> queue, int bodyMax, int batchMax) {
    this.exchange = exchange;
    this.queue = queue;
    this.bodyMax = bodyMax;
    this.batchMax = batchMax;
    this.body = exchange.stream();
    this.splitter = new LineSplitter(bodyMax * 2 + LINE_OVERHEAD_MAX, this::line);
  }

  void read() {
    String type = exchange.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(NDJSON)) {
      throw Problem.of(
              415,
              "unsupported-type",
              "Unsupported content type",
              "send `Content-Type: application/x-ndjson`, a JSON object a line")
          .asException();
    }
    RequestHeaders.refuseSettings(exchange.request().headers());
    exchange.memory(BYTES_WAITING_MAX + bodyMax * 2 + LINE_OVERHEAD_MAX);
    if (exchange.begin(200)) {
      exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, NDJSON).setChunked(true);
      body.read(this);
    }
  }

  @Override
  public void piece(Buffer piece) {
    if (isEnded) {
      return;
    }
    splitter.add(piece);
    send();
    if (waiting.size() >= LINES_WAITING_MAX || bytesWaiting >= BYTES_WAITING_MAX) {
      isPaused = true;
      body.pause();
    }
  }

  @Override
  public void end() {
    if (isEnded) {
      return;
    }
    splitter.end();
    isEnded = true;
    send();
  }

  @Override
  public void broken() {
    isEnded = true;
    waiting.clear();
  }

  private void line(Optional<byte[]> bytes) {
    if (isEnded || (bytes.isPresent() && isBlank(bytes.get()))) {
      return;
    }
    count++;
    if (count > batchMax) {
      waiting.add(problem(tooMany()));
      isEnded = true;
      return;
    }
    waiting.add(bytes.map(this::read).orElseGet(() -> problem(tooLong())));
    bytesWaiting += bytes.map(each -> each.length).orElse(0);
  }

  private Line read(byte[] bytes) {
    try {
      Outgoing<byte[]> message = BatchLine.read(bytes);
      return message.payload().length > bodyMax
          ? problem(tooLong())
          : new Line(count, Optional.of(message), Optional.empty());
    } catch (IllegalArgumentException e) {
      return problem(Problem.invalid(String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      return problem(Failures.problem(e));
    }
  }

  private Line problem(Problem problem) {
    return new Line(count, Optional.empty(), Optional.of(problem));
  }

  /** Sends what waits, unless a lot is under way; its end sends the next. */
  private void send() {
    if (isSending) {
      return;
    }
    if (waiting.isEmpty()) {
      if (isEnded) {
        exchange.end();
      }
      return;
    }
    List<Line> lot = waiting;
    waiting = new ArrayList<>();
    bytesWaiting = 0;
    isSending = true;
    List<Outgoing<byte[]>> messages =
        lot.stream().map(Line::message).flatMap(Optional::stream).toList();
    if (messages.isEmpty()) {
      sent(lot, List.of());
    } else {
      exchange.then(queue.sendAll(messages), results -> sent(lot, results));
    }
  }

  private void sent(List<Line> lot, List<SendResult> results) {
    Buffer answer = Buffer.buffer();
    Iterator<SendResult> next = results.iterator();
    for (Line line : lot) {
      answer.appendBytes(
          line.problem().isPresent()
              ? problemLine(line.number(), line.problem().get())
              : resultLine(line.number(), next.next()));
      answer.appendByte((byte) '\n');
    }
    isSending = false;
    HttpServerResponse response = exchange.response();
    if (response.closed()) {
      return;
    }
    response.write(answer);
    if (response.writeQueueFull()) {
      isPaused = true;
      body.pauseForReader();
      response.drainHandler(drained -> goOn());
    } else {
      goOn();
    }
  }

  private void goOn() {
    send();
    if (isPaused && !isSending && !isEnded) {
      isPaused = false;
      body.resume();
    }
  }

  private static byte[] resultLine(int number, SendResult result) {
    if (result instanceof Refusal refusal) {
      return problemLine(number, Failures.problem(refusal.error()));
    }
    Receipt receipt = result.orThrow();
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeNumberField("line", number);
          MessageJson.receiptFields(json, receipt);
          json.writeEndObject();
        });
  }

  private static byte[] problemLine(int number, Problem problem) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeNumberField("line", number);
          json.writeStringField("type", problem.type());
          json.writeStringField("title", problem.title());
          json.writeNumberField("status", problem.status());
          json.writeStringField("detail", problem.detail());
          json.writeEndObject();
        });
  }

  private Problem tooLong() {
    return Problem.of(
        413,
        "body-too-large",
        "The body is too large",
        "a payload may have at most " + bodyMax + " bytes here");
  }

  private Problem tooMany() {
    return Problem.of(
        413,
        "batch-too-large",
        "The batch is too large",
        "a batch may have at most "
            + batchMax
            + " lines: nothing from this line on was read; send the rest in another batch");
  }

  private static boolean isBlank(byte[] line) {
    for (byte each : line) {
      if (each != ' ' && each != '\r' && each != '\t') {
        return false;
      }
    }
    return true;
  }
}
