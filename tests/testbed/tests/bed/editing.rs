//! Edits of tests change the directory, in either kind.

use anyhow::Result;
use rollcall_testbed::{Bed, BedOptions, Directory, Editor, Object, ObjectKind, Part, samba};

async fn finds(editor: &mut Editor, base: &str, filter: &str) -> Result<usize> {
    Ok(editor.find(base, filter).await?.len())
}

async fn edit(mut editor: Editor) -> Result<()> {
    let base = editor.add_unit("A test", samba::BASE).await?;
    let everything = Directory {
        objects: vec![
            Object::person("Staff/Berlin", "Berg, Anna")
                .primary("anna@corp.example")
                .mail("anna@corp.example"),
            Object::group("Groups", "Sales").primary("sales@corp.example"),
            Object::new(ObjectKind::Contact, "", "Somebody").primary("somebody@corp.example"),
            Object::new(ObjectKind::Room, "", "Room").primary("room@corp.example"),
            Object::new(ObjectKind::SharedMailbox, "", "Info").primary("info@corp.example"),
            Object::new(ObjectKind::PublicFolder, "", "Archive").primary("archive@corp.example"),
        ],
    };
    editor.add_all(&everything, &base).await?;
    assert_eq!(finds(&mut editor, &base, "(proxyAddresses=*)").await?, 6);
    assert_eq!(
        finds(&mut editor, &base, "(msExchRecipientTypeDetails=4)").await?,
        1
    );
    assert_eq!(finds(&mut editor, &base, "(userAccountControl=546)").await?, 2);

    let anna = everything.objects[0].dn(&base);
    editor
        .add_values(&anna, "proxyAddresses", &["smtp:berg@corp.example"])
        .await?;
    editor
        .remove_values(&anna, "proxyAddresses", &["SMTP:anna@corp.example"])
        .await?;
    editor.replace(&anna, "mail", &["berg@corp.example"]).await?;
    editor.set_disabled(&anna, true).await?;
    let changed =
        "(&(proxyAddresses=smtp:berg@corp.example)(mail=berg@corp.example)(userAccountControl=546))";
    assert_eq!(finds(&mut editor, &base, changed).await?, 1);
    assert_eq!(
        finds(&mut editor, &base, "(proxyAddresses=SMTP:anna@corp.example)").await?,
        0
    );

    let renamed = editor.rename(&anna, "Adler, Anna").await?;
    assert_eq!(finds(&mut editor, &renamed, "(objectClass=*)").await?, 1);
    let moved = editor.move_to(&renamed, &base).await?;
    assert_eq!(moved, format!(r"CN=Adler\, Anna,{base}"));
    assert_eq!(finds(&mut editor, &moved, changed).await?, 1);
    editor.delete(&moved).await?;
    assert_eq!(finds(&mut editor, &base, changed).await?, 0);
    assert!(editor.delete(&moved).await.is_err(), "it was deleted twice");
    Ok(())
}

#[tokio::test]
async fn objects_are_added_changed_renamed_moved_and_deleted() -> Result<()> {
    let parts = vec![Part::Samba, Part::OpenLdap];
    let bed = Bed::start(BedOptions {
        parts,
        directory: None,
        ..BedOptions::default()
    })
    .await?;
    let authority = bed.authority();
    edit(bed.samba()?.editor(&authority).await?).await?;
    edit(bed.openldap()?.editor(&authority).await?).await?;
    bed.stop().await?;
    Ok(())
}
