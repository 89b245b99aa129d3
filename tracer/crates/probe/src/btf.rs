//! Where the members of kernel structures lie, read from the running kernel's own type information (BTF).
//!
//! Only what is asked for is decoded, in one pass over the 6 MB: a general reader takes twenty times as long.
//! The format is described in the kernel's Documentation/bpf/btf.rst.

use std::{collections::BTreeMap, path::Path};

use thiserror::Error;

/// The running kernel's type information.
pub const VMLINUX: &str = "/sys/kernel/btf/vmlinux";

const MAGIC: u16 = 0xeb9f;
const KIND_ARRAY: u32 = 3;
const KIND_STRUCT: u32 = 4;
const KIND_UNION: u32 = 5;
const KIND_ENUM: u32 = 6;
const KIND_INT: u32 = 1;
const KIND_PTR: u32 = 2;
const KIND_TYPEDEF: u32 = 8;
const KIND_FUNC_PROTO: u32 = 13;
const KIND_VAR: u32 = 14;
const KIND_DATASEC: u32 = 15;
const KIND_DECL_TAG: u32 = 17;
const KIND_ENUM64: u32 = 19;

/// Why type information could not be used.
#[derive(Debug, Error)]
pub enum BtfError {
    /// The file cannot be read.
    #[error("read {path}: {source} (needs a kernel built with CONFIG_DEBUG_INFO_BTF)")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not BTF.
    #[error("kernel type information is malformed at byte {0}")]
    Malformed(usize),
    /// A member is not there.
    #[error("kernel type information has no {structure}.{member}")]
    NoMember {
        /// The structure.
        structure: String,
        /// Its member.
        member: String,
    },
}

/// Parsed kernel type information: as much of it as taskweight asks for.
#[derive(Debug)]
pub struct KernelTypes {
    bytes: Vec<u8>,
    strings_start: usize,
    /// Offset into `bytes` of each type, by type id; id 0 is void.
    types: Vec<usize>,
}

impl KernelTypes {
    /// Reads and indexes the type information of the running kernel, or of the file given.
    pub fn read(path: &Path) -> Result<Self, BtfError> {
        let bytes =
            std::fs::read(path).map_err(|source| BtfError::Read { path: path.display().to_string(), source })?;
        Self::index(bytes)
    }

    /// The type information as it was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn index(bytes: Vec<u8>) -> Result<Self, BtfError> {
        let mut types = Self { bytes, strings_start: 0, types: vec![0] };
        if types.word(0)? as u16 != MAGIC {
            return Err(BtfError::Malformed(0));
        }
        let header_bytes = types.word(4)? as usize;
        types.strings_start = header_bytes + types.word(16)? as usize;
        let mut position = header_bytes + types.word(8)? as usize;
        let end = position + types.word(12)? as usize;
        while position < end {
            types.types.push(position);
            position += types.type_bytes(position)?;
        }
        Ok(types)
    }

    /// Offsets in bytes of members of a structure, by name. Anonymous structures and unions within it are not
    /// searched: no member that is asked for lies in one.
    pub fn member_offsets(&self, structure: &str, members: &[&str]) -> Result<BTreeMap<String, u32>, BtfError> {
        let position = self.find(KIND_STRUCT, structure)?;
        let mut offsets = BTreeMap::new();
        if let Some(position) = position {
            let info = self.word(position + 4)?;
            let bitfields = info >> 31 == 1;
            for index in 0..(info & 0xffff) as usize {
                let member = position + 12 + index * 12;
                let bits = self.word(member + 8)? & if bitfields { 0xff_ffff } else { u32::MAX };
                offsets.insert(self.string(self.word(member)?).into_owned(), bits / 8);
            }
        }
        offsets.retain(|name, _| members.contains(&name.as_str()));
        match members.iter().find(|member| !offsets.contains_key(**member)) {
            Some(member) => Err(BtfError::NoMember { structure: structure.into(), member: (*member).into() }),
            None => Ok(offsets),
        }
    }

    /// Names of the types of a tracepoint's arguments, such as `["bool", "task_struct *", ...]`; `None` where the
    /// kernel has no such tracepoint.
    pub fn tracepoint_arguments(&self, tracepoint: &str) -> Result<Option<Vec<String>>, BtfError> {
        let Some(typedef) = self.find(KIND_TYPEDEF, &format!("btf_trace_{tracepoint}"))? else { return Ok(None) };
        let pointer = self.position(self.word(typedef + 8)?)?;
        let prototype = self.position(self.word(pointer + 8)?)?;
        let info = self.word(prototype + 4)?;
        if info >> 24 & 0x1f != KIND_FUNC_PROTO {
            return Err(BtfError::Malformed(prototype));
        }
        // The first argument is the tracepoint's own data, which programs do not see.
        let arguments = (1..(info & 0xffff) as usize).map(|index| {
            let id = self.word(prototype + 12 + index * 8 + 4)?;
            self.describe(id)
        });
        arguments.collect::<Result<_, _>>().map(Some)
    }

    fn describe(&self, id: u32) -> Result<String, BtfError> {
        let mut id = id;
        let mut suffix = "";
        // Qualifiers and one pointer: deep enough for every tracepoint's arguments.
        for _ in 0..8 {
            if id == 0 {
                return Ok(format!("void{suffix}"));
            }
            let position = self.position(id)?;
            let name = self.string(self.word(position)?);
            if !name.is_empty() {
                return Ok(format!("{name}{suffix}"));
            }
            if self.word(position + 4)? >> 24 & 0x1f == KIND_PTR {
                suffix = " *";
            }
            id = self.word(position + 8)?;
        }
        Ok(String::from("?"))
    }

    fn find(&self, kind: u32, name: &str) -> Result<Option<usize>, BtfError> {
        for &position in &self.types[1..] {
            let this_kind = self.word(position + 4)? >> 24 & 0x1f;
            if this_kind == kind && self.string_is(self.word(position)?, name) {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    fn position(&self, id: u32) -> Result<usize, BtfError> {
        self.types.get(id as usize).copied().filter(|position| *position != 0).ok_or(BtfError::Malformed(id as usize))
    }

    fn type_bytes(&self, position: usize) -> Result<usize, BtfError> {
        let info = self.word(position + 4)?;
        let length = (info & 0xffff) as usize;
        Ok(12
            + match info >> 24 & 0x1f {
                KIND_INT | KIND_VAR | KIND_DECL_TAG => 4,
                KIND_ARRAY => 12,
                KIND_STRUCT | KIND_UNION | KIND_DATASEC | KIND_ENUM64 => 12 * length,
                KIND_ENUM | KIND_FUNC_PROTO => 8 * length,
                0..=19 => 0,
                _ => return Err(BtfError::Malformed(position)),
            })
    }

    fn word(&self, position: usize) -> Result<u32, BtfError> {
        let bytes = self.bytes.get(position..position + 4).and_then(|slice| <[u8; 4]>::try_from(slice).ok());
        bytes.map(u32::from_ne_bytes).ok_or(BtfError::Malformed(position))
    }

    fn string_is(&self, offset: u32, expected: &str) -> bool {
        let start = self.strings_start + offset as usize;
        let end = start + expected.len();
        self.bytes.get(start..end) == Some(expected.as_bytes()) && self.bytes.get(end) == Some(&0)
    }

    fn string(&self, offset: u32) -> std::borrow::Cow<'_, str> {
        let rest = self.bytes.get(self.strings_start + offset as usize..).unwrap_or_default();
        String::from_utf8_lossy(rest.split(|byte| *byte == 0).next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_btf_is_refused() {
        for bytes in [vec![], vec![0; 64], b"\x9f\xeb\x01\x00\x18\x00\x00\x00".to_vec()] {
            assert!(matches!(KernelTypes::index(bytes), Err(BtfError::Malformed(_))));
        }
    }

    /// header, `struct task_struct { pid at byte 8 }`, strings.
    fn one_structure() -> Vec<u8> {
        let mut bytes = Vec::new();
        let strings = b"\0task_struct\0pid\0";
        for word in [0x0001_eb9f, 24, 0, 24, 24, strings.len() as u32] {
            bytes.extend_from_slice(&u32::to_ne_bytes(word));
        }
        for word in [1, KIND_STRUCT << 24 | 1, 16, 13, 0, 64] {
            bytes.extend_from_slice(&u32::to_ne_bytes(word));
        }
        bytes.extend_from_slice(strings);
        bytes
    }

    #[test]
    fn members_are_found_and_missing_ones_named() {
        let types = KernelTypes::index(one_structure()).expect("valid type information");
        let offsets = types.member_offsets("task_struct", &["pid"]).expect("the member is there");
        assert_eq!(offsets["pid"], 8);
        let error = types.member_offsets("task_struct", &["pid", "tgid"]).expect_err("no such member");
        assert_eq!(error.to_string(), "kernel type information has no task_struct.tgid");
        assert!(types.tracepoint_arguments("sched_switch").expect("well-formed").is_none());
    }
}
