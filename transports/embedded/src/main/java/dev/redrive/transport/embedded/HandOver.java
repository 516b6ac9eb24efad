// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.List;

/**
 * Messages that were leased to one subscription, and are to be given to it.
 *
 * @param owner the subscription
 * @param leases the leases, in the order of their messages
 */
record HandOver(Taker owner, List<EmbeddedLease> leases) {}
