// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.redrive.cli.http;

import org.jspecify.annotations.NullMarked;
