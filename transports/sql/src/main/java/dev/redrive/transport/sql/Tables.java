// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/**
 * The names of the tables that all queues share.
 *
 * @param prefix the first word of each name
 */
record Tables(String prefix) {

  /**
   * The text of a statement: {@code {schema}}, {@code {queue}}, {@code {node}} and {@code {tally}}
   * are tables, {@code {now}} and {@code {clock}} the server's time.
   */
  String sql(String template, Dialect dialect) {
    return template
        .replace("{schema}", prefix + "_schema")
        .replace("{queue}", prefix + "_queue")
        .replace("{node}", prefix + "_node")
        .replace("{tally}", prefix + "_tally")
        .replace("{now}", dialect.now())
        .replace("{clock}", dialect.clock());
  }
}
