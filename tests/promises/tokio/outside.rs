//! What comes from outside: streams of bytes in memory, and the signal to stop.

use drawloom::tokio;
use drawloom::tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, simplex, split};
use drawloom::tokio::sync::mpsc;
use drawloom::tokio::{signal, spawn};

use super::{always, on_one_thread, on_two_workers, outcomes};

#[test]
fn what_is_written_at_one_end_is_read_at_the_other_also_through_a_small_pipe() {
    let program = || {
        on_two_workers(async {
            let (mut client, mut server) = duplex(2);
            spawn(async move {
                let mut asked = [0; 3];
                server.read_exact(&mut asked).await.unwrap();
                server.write_all(&asked.map(|byte| byte + 1)).await.unwrap();
            });
            client.write_all(&[1, 2, 3]).await.unwrap();
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.unwrap();
            answer
        })
    };
    always(program, vec![2, 3, 4]);
}

#[test]
fn a_read_takes_what_is_there_or_waits_and_sees_the_end() {
    // The reader comes between the two writes, or after both.
    let program = || {
        on_two_workers(async {
            let (mut reader, mut writer) = simplex(8);
            spawn(async move {
                writer.write_u8(1).await.unwrap();
                writer.write_u8(2).await.unwrap();
                writer.shutdown().await.unwrap();
            });
            let mut room = [0; 8];
            let first = reader.read(&mut room).await.unwrap();
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).await.unwrap();
            (first, rest.len())
        })
    };
    assert_eq!(outcomes(program), [(1, 1), (2, 0)]);
}

#[test]
fn the_halves_of_a_stream_work_side_by_side() {
    let program = || {
        on_two_workers(async {
            let (near, mut far) = duplex(1);
            let (mut reads, mut writes) = split(near);
            assert!(reads.is_pair_of(&writes));
            let write = spawn(async move {
                writes.write_u8(5).await.unwrap();
                writes
            });
            far.write_u8(6).await.unwrap();
            let here = reads.read_u8().await.unwrap();
            let there = far.read_u8().await.unwrap();
            drop(reads.unsplit(write.await.unwrap()));
            (here, there, far.read_u8().await.is_err())
        })
    };
    always(program, (6, 5, true));
}

#[test]
fn a_write_to_an_end_that_is_gone_is_a_broken_pipe() {
    let program = || {
        on_two_workers(async {
            let (mut near, far) = duplex(4);
            spawn(async move { drop(far) });
            near.write_u8(1).await.map_err(|error| error.kind().to_string()).err()
        })
    };
    assert_eq!(outcomes(program), [None, Some("broken pipe".to_owned())]);
}

#[test]
fn the_signal_comes_at_any_moment_or_never() {
    // Work is done until the signal comes, or to its end.
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(2);
            for n in 1..=2 {
                sender.send(n).await.unwrap();
            }
            drop(sender);
            let stop = signal::ctrl_c();
            tokio::pin!(stop);
            let mut done = Vec::new();
            loop {
                tokio::select! {
                    biased;
                    stopped = &mut stop => {
                        stopped.unwrap();
                        return (done, true);
                    }
                    next = receiver.recv() => match next {
                        Some(next) => done.push(next),
                        None => return (done, false),
                    },
                }
            }
        })
    };
    assert_eq!(
        outcomes(program),
        [(vec![], true), (vec![1], true), (vec![1, 2], false), (vec![1, 2], true)]
    );
}

#[test]
fn whoever_waits_for_nothing_but_the_signal_gets_it() {
    let program = || {
        on_one_thread(async {
            let other = spawn(async { signal::ctrl_c().await.is_ok() });
            (signal::ctrl_c().await.is_ok(), other.await.unwrap())
        })
    };
    // Both listen before it comes: whoever listened too late would wait for another one for ever.
    let report = super::explore(program);
    assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), [&(true, true)]);
}

#[test]
fn outside_a_check_the_signal_has_to_be_asked_for() {
    let waits = async { signal::ctrl_c().await.map_err(|error| error.to_string()) };
    if cfg!(feature = "signal") {
        return;
    }
    assert_eq!(
        on_one_thread(waits),
        Err("outside a check there is no signal\nhelp: enable drawloom's feature `signal`"
            .to_owned())
    );
}
