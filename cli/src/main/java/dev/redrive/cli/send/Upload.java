// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.http.UnreachableException;
import dev.redrive.cli.screen.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** Sends a stream of messages, one JSON object a line, in batches. Used once, by one thread. */
public final class Upload {
  private final Api api;
  private final String path;
  private final Progress progress;
  private final Tally tally = new Tally();

  /** An upload to this queue that shows how far it is. */
  public Upload(Api api, String queue, Progress progress) {
    this.api = api;
    this.path = "/v1/queues/" + Api.segment(queue) + "/messages:batch";
    this.progress = progress;
  }

  /** What became of the lines so far. */
  public Tally tally() {
    return tally;
  }

  /**
   * Sends all lines.
   *
   * @param size how many bytes there are, if that is known
   * @throws UnreachableException if the server went away; the tally tells how far it got
   */
  public void send(InputStream in, OptionalLong size) throws IOException, InterruptedException {
    LineReader reader = new LineReader(in);
    for (LineReader.Batch batch = reader.next(); !batch.isEmpty(); batch = reader.next()) {
      send(batch);
      show(reader.bytesRead(), size);
    }
  }

  private void send(LineReader.Batch batch) throws IOException, InterruptedException {
    int answered = 0;
    try (InputStream answer = api.postLines(path, batch.bytes());
        MappingIterator<JsonNode> results = Api.JSON.readerFor(JsonNode.class).readValues(answer)) {
      while (answered < batch.numbers().size() && results.hasNextValue()) {
        tally.add(batch.numbers().get(answered), results.nextValue());
        answered++;
      }
    } catch (RefusedException | UnreachableException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreachableException(api.base(), e);
    }
    if (answered < batch.numbers().size()) {
      throw new UnreachableException(
          api.base(), new IOException("the answer ended after " + answered + " lines"));
    }
  }

  private void show(long read, OptionalLong size) {
    String counts = tally.accepted() + tally.duplicate() + " sent";
    String refused = tally.refused() == 0 ? "" : ", " + tally.refused() + " refused";
    if (size.isPresent() && size.getAsLong() > 0) {
      double share = (double) read / size.getAsLong();
      progress.bar(share, Math.round(share * 100) + " %  " + counts + refused);
    } else {
      progress.line(counts + refused);
    }
  }
}
