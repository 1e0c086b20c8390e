/** The FTP proxy: control connections relayed command by command, data through us (SPEC P4). */
@NullMarked
package io.cade.proxy.ftp;

import org.jspecify.annotations.NullMarked;
