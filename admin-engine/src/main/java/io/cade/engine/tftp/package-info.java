/**
 * The TFTP server (RFC 1350 with options of RFC 2347, 2348, 2349 and 7440): packets, a stepped
 * transfer core, and the server that gives every transfer a port of its own.
 */
@NullMarked
package io.cade.engine.tftp;

import org.jspecify.annotations.NullMarked;
