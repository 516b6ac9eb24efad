// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.http.UnreachableException;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Progress;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.cli.send.Payload;
import dev.redrive.cli.send.Tally;
import dev.redrive.cli.send.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a message, or a file of them. */
@Command(
    name = "send",
    header = "Send a message to a queue, or a file of messages.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  redrive send inbox '{\"order\":17}' --id order-17 --delay 30s",
      "  pg_dump mydb | redrive send backups --header source=nightly",
      "  redrive send inbox --ndjson orders.ndjson",
      "",
      "A line of --ndjson is {\"id\", \"key\", \"delay\", \"deliverAt\", \"deadline\", \"headers\",",
      "\"body\" or \"bodyBase64\"}, with as many of these as are wanted."
    })
final class SendCommand implements Callable<Integer> {
  private static final int REFUSALS_SHOWN = 20;

  private final Session session;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
  String queue = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PAYLOAD",
      description = "The payload; standard input unless it or --file is given.")
  @Nullable String payload;

  @Option(names = "--file", paramLabel = "FILE", description = "Send this file as the payload.")
  @Nullable Path file;

  @Option(
      names = "--ndjson",
      paramLabel = "FILE",
      description = "Send a message a line; - reads standard input.")
  @Nullable String ndjson;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The message's id; sending it again is recognised.")
  @Nullable String id;

  @Option(
      names = "--key",
      description = "In an ordered queue, messages of one key keep their order.")
  @Nullable String key;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      description = "Not due before this much time has passed, e.g. 30s.")
  @Nullable Duration delay;

  @Option(names = "--at", paramLabel = "TIME", description = "Not due before this time.")
  @Nullable String at;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "Worthless from this time on, or after this duration.")
  @Nullable String deadline;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "A header of the message; may be repeated.")
  Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Content type (default: by looking at the payload).")
  @Nullable String type;

  SendCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Exception {
    if (ndjson != null) {
      if (payload != null || file != null || id != null || delay != null || at != null) {
        throw new UsageException(
            "With --ndjson, ids, delays and payloads are in the file's lines.");
      }
      return upload(ndjson);
    }
    if (delay != null && at != null) {
      throw new UsageException("Give --delay or --at, not both.");
    }
    return sendOne();
  }

  private int sendOne() throws IOException, InterruptedException {
    byte[] body = body();
    Map<String, String> request = requestHeaders(body);
    JsonNode receipt;
    try {
      receipt = session.api().post("/v1/queues/" + Api.segment(queue) + "/messages", body, request);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "An id, key or header has characters that HTTP headers cannot carry: " + e.getMessage());
    }
    if (session.isJson()) {
      session.printLine(receipt);
    } else {
      session.print(line(receipt));
    }
    return Exit.DONE;
  }

  private Map<String, String> requestHeaders(byte[] body) {
    Map<String, String> request = new LinkedHashMap<>();
    request.put("content-type", type != null ? type : Payload.contentType(body));
    put(request, "redrive-id", id);
    put(request, "redrive-key", key);
    put(request, "redrive-delay", delay == null ? null : delay.toString());
    Clock clock = session.terminal().clock();
    try {
      put(request, "redrive-deliver-at", at == null ? null : Times.future(at, clock).toString());
      put(
          request,
          "redrive-deadline",
          deadline == null ? null : Times.future(deadline, clock).toString());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    headers.forEach((name, value) -> put(request, "redrive-header-" + name, value));
    return request;
  }

  private static void put(Map<String, String> request, String name, @Nullable String value) {
    if (value != null) {
      request.put(name, value);
    }
  }

  private byte[] body() throws IOException {
    if (payload != null && file != null) {
      throw new UsageException("Give a payload or --file, not both.");
    }
    if (payload != null && !payload.equals("-")) {
      return payload.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
    if (file != null) {
      return Payload.read(file);
    }
    if (payload == null && session.terminal().ttys().isIn()) {
      throw new UsageException("Give a payload, --file, --ndjson, or pipe something in.");
    }
    return session.terminal().in().readAllBytes();
  }

  private String line(JsonNode receipt) {
    Paint paint = session.paint();
    String what =
        receipt.path("duplicate").asBoolean()
            ? paint.yellow("known already")
            : paint.green("accepted");
    String due =
        Json.time(receipt, "dueAt")
            .filter(time -> receipt.path("state").asText().equals("scheduled"))
            .map(time -> ", due " + Times.fromNow(time, session.terminal().clock()))
            .orElse("");
    return what
        + "  "
        + Paint.plain(receipt.path("id").asText())
        + paint.dim("  " + receipt.path("state").asText() + " in " + queue + due);
  }

  private int upload(String source) throws IOException, InterruptedException {
    boolean isStdin = source.equals("-");
    Path path = Path.of(source);
    OptionalLong size = isStdin ? OptionalLong.empty() : OptionalLong.of(Payload.size(path));
    Upload upload;
    try (InputStream in = isStdin ? session.terminal().in() : Files.newInputStream(path)) {
      upload = upload(in, size);
    }
    summarise(upload.tally());
    return upload.tally().refused() == 0 ? Exit.DONE : Exit.FAILED;
  }

  private Upload upload(InputStream in, OptionalLong size)
      throws IOException, InterruptedException {
    Progress progress = new Progress(session.terminal());
    Upload upload = new Upload(session.api(), queue, progress);
    try {
      upload.send(in, size);
      return upload;
    } catch (UnreachableException e) {
      progress.close();
      if (upload.tally().lastLine() > 0) {
        summarise(upload.tally());
        session.note(
            "Sending stopped after line "
                + upload.tally().lastLine()
                + ". Lines with an id can be sent again without making duplicates.");
      }
      throw e;
    } finally {
      progress.close();
    }
  }

  private void summarise(Tally tally) {
    if (session.isJson()) {
      session.printLine(tally.json());
      return;
    }
    Paint paint = session.terminal().paintErr();
    tally.refusals().stream()
        .limit(REFUSALS_SHOWN)
        .forEach(
            refusal ->
                session.note(
                    paint.red("line " + refusal.line() + ": ") + Paint.plain(refusal.why())));
    if (tally.refused() > REFUSALS_SHOWN) {
      session.note("… and " + (tally.refused() - REFUSALS_SHOWN) + " more; --json lists them.");
    }
    session.print(
        tally.accepted()
            + " accepted, "
            + tally.duplicate()
            + " known already, "
            + tally.refused()
            + " refused");
  }
}
